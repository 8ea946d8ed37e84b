using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>One descriptor to wait for; laid out as the system's struct pollfd. A negative descriptor is passed over.</summary>
/// <param name="descriptor">The descriptor.</param>
/// <param name="requested">What to wait for.</param>
[StructLayout(LayoutKind.Sequential)]
public struct PollEntry(int descriptor, PollEvents requested)
{
    /// <summary>The descriptor.</summary>
    public int Descriptor = descriptor;

    /// <summary>What to wait for.</summary>
    public PollEvents Requested = requested;

    /// <summary>What happened; written by <see cref="Polling.Poll"/>.</summary>
    public PollEvents Returned;
}

using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>Reads and writes of a socket on the calling thread, which asks the system itself and is woken by it: no other thread is between (Linux).</summary>
public static unsafe partial class SocketCalls
{
    private const int DoNotWait = 0x40, NoSignal = 0x4000, Delete = 2;
    private const int MostPollers = 1024;
    private const int Eagain = 11, Eintr = 4;
    private const int SocketLevel = 1, ReceiveTimeout = 20, GetFlags = 3, SetFlags = 4, NonBlocking = 0x800;

    /// <summary>Whether this system has them.</summary>
    public static bool AreHere => OperatingSystem.IsLinux();

    /// <summary>Reads what there is.</summary>
    /// <returns>How many bytes; 0 at the end; -1 where there is nothing.</returns>
    /// <exception cref="NativeException">The socket is broken; <see cref="NativeException.Errno"/> says how.</exception>
    public static int TryReceive(SafeHandle socket, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            return Checked(Receive(socket, bytes, (nuint)buffer.Length, DoNotWait), "receiving");
        }
    }

    /// <summary>Reads what there is, or waits for it, but not longer than <see cref="WaitInReceive"/> has said.</summary>
    /// <returns>How many bytes; 0 at the end; -1 where nothing came.</returns>
    /// <exception cref="NativeException">The socket is broken; <see cref="NativeException.Errno"/> says how.</exception>
    public static int ReceiveNext(SafeHandle socket, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            return Checked(Receive(socket, bytes, (nuint)buffer.Length, 0), "receiving");
        }
    }

    /// <summary>
    /// Has <see cref="ReceiveNext"/> wait in the system, at most so long: a fault over TCP takes a quarter less time so than with poll(2) before each read. The
    /// socket blocks from then on, so that .NET is not to read or write it any more.
    /// </summary>
    /// <exception cref="NativeException">The socket is broken.</exception>
    public static void WaitInReceive(SafeHandle socket, int timeoutMs)
    {
        long* time = stackalloc long[] { timeoutMs / 1000, timeoutMs % 1000 * 1000 };
        if (SetOption(socket, SocketLevel, ReceiveTimeout, time, 2 * sizeof(long)) != 0 || Flags(socket, SetFlags, Flags(socket, GetFlags, 0) & ~NonBlocking) != 0)
        {
            throw NativeException.FromLastError("making a socket block");
        }
    }

    /// <summary>Writes what the system takes.</summary>
    /// <returns>How many bytes; -1 where it takes none now.</returns>
    /// <exception cref="NativeException">The socket is broken; <see cref="NativeException.Errno"/> says how.</exception>
    public static int TrySend(SafeHandle socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            return Checked(Send(socket, first, (nuint)bytes.Length, DoNotWait | NoSignal), "sending");
        }
    }

    /// <summary>Waits until the socket has something to read, or can be written, but not longer than so.</summary>
    public static void Wait(SafeHandle socket, PollEvents events, int timeoutMs)
    {
        bool isHeld = false;
        try
        {
            socket.DangerousAddRef(ref isHeld);
            Span<PollEntry> entries = [new PollEntry((int)socket.DangerousGetHandle(), events)];
            Polling.Poll(entries, timeoutMs);
        }
        finally
        {
            if (isHeld)
            {
                socket.DangerousRelease();
            }
        }
    }

    /// <summary>
    /// Has no poller of this process look at the socket any more: whoever waits for it itself is not to be woken together with one. Nothing
    /// may be pending on it, and nothing that needs a poller may be begun.
    /// </summary>
    public static void LeavePollers(SafeHandle socket)
    {
        // .NET does not say which descriptor its poller has. It opened that before most others; and any other one refuses, which does no harm.
        for (int poller = 0; poller < MostPollers; poller++)
        {
            if (Control(poller, Delete, socket, 0) == 0)
            {
                return;
            }
        }
    }

    private static int Checked(nint count, string what) => count >= 0 ? (int)count
        : Marshal.GetLastPInvokeError() is Eagain or Eintr ? -1
        : throw NativeException.FromLastError(what);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int poller, int operation, SafeHandle socket, nint argument);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Flags(SafeHandle socket, int command, nint flags);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(SafeHandle socket, int level, int option, void* value, uint lengthBytes);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(SafeHandle socket, byte* bytes, nuint lengthBytes, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeHandle socket, byte* bytes, nuint lengthBytes, int flags);
}

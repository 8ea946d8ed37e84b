using System.Diagnostics;
using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>Waits until one of several descriptors is ready, over poll(2). With a <see cref="WakePipe"/> among them, another thread can end the wait.</summary>
public static unsafe partial class Polling
{
    private const int Eintr = 4;

    /// <summary>Waits for the first event. A wait that a signal interrupts goes on for the time that is left.</summary>
    /// <param name="entries">The descriptors; what happened is written into each.</param>
    /// <param name="timeoutMs">How long to wait at most: 0 looks once, a negative number waits without limit.</param>
    /// <returns>How many entries have events; 0 when the time ran out.</returns>
    /// <exception cref="NativeException">The system refused, or has no poll(2) (Windows).</exception>
    public static int Poll(Span<PollEntry> entries, int timeoutMs)
    {
        if (OperatingSystem.IsWindows())
        {
            throw NativeException.NotSupported("waiting for several descriptors needs poll(2), which Windows does not have");
        }

        var started = Stopwatch.GetTimestamp();
        var leftMs = timeoutMs;
        while (true)
        {
            int ready;
            fixed (PollEntry* first = entries)
            {
                ready = PollOnce(first, (nuint)entries.Length, leftMs);
            }

            if (ready >= 0)
            {
                return ready;
            }

            if (Marshal.GetLastPInvokeError() != Eintr)
            {
                throw NativeException.FromLastError($"poll of {entries.Length} descriptors");
            }

            leftMs = timeoutMs < 0 ? -1 : (int)Math.Max(0, timeoutMs - (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollOnce(PollEntry* entries, nuint count, int timeoutMs);
}

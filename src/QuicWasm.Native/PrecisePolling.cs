using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>Waits for descriptors as <see cref="Polling"/> does, but to the microsecond. Linux only.</summary>
public static unsafe partial class PrecisePolling
{
    private const int Eintr = 4;
    private const int SetTimerSlack = 29;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Has the kernel wake this thread when it is time, and not up to 50 us later so that it can wake several at once.</summary>
    public static void UseFineTimer() => _ = Prctl(SetTimerSlack, 1, 0, 0, 0);

    /// <summary>Waits for the first event.</summary>
    /// <param name="entries">The descriptors; what happened is written into each.</param>
    /// <param name="timeoutNs">How long to wait at most in nanoseconds; a negative number waits without limit.</param>
    /// <returns>How many entries have events; 0 when the time ran out or a signal came.</returns>
    /// <exception cref="NativeException">The system refused, or is not Linux.</exception>
    public static int Poll(Span<PollEntry> entries, long timeoutNs)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw NativeException.NotSupported("waiting for microseconds needs ppoll(2) of Linux");
        }

        Timeout timeout = new() { Seconds = (nint)(timeoutNs / NanosecondsPerSecond), Nanoseconds = (nint)(timeoutNs % NanosecondsPerSecond) };
        fixed (PollEntry* first = entries)
        {
            int ready = PPoll(first, (nuint)entries.Length, timeoutNs < 0 ? null : &timeout, null);
            return ready >= 0 ? ready
                : Marshal.GetLastPInvokeError() == Eintr ? 0
                : throw NativeException.FromLastError($"ppoll of {entries.Length} descriptors");
        }
    }

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    private static partial int PPoll(PollEntry* entries, nuint count, Timeout* timeout, void* signalMask);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    /// <summary>struct timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Timeout
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}

namespace QuicWasm.Native;

/// <summary>Processor time that was used, in nanoseconds.</summary>
public static unsafe class ProcessorTime
{
    private const int ProcessClock = 2, ThreadClock = 3;

    /// <summary>By this process.</summary>
    public static ulong ProcessNs => OperatingSystem.IsLinux() ? Read(ProcessClock) : Total;

    /// <summary>By this thread, where the system counts it; else by this process.</summary>
    public static ulong ThreadNs => OperatingSystem.IsLinux() ? Read(ThreadClock) : Total;

    private static ulong Total => OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? (ulong)Environment.CpuUsage.TotalTime.Ticks * 100 : 0;

    private static ulong Read(int clock)
    {
        long* time = stackalloc long[2];
        return FileSystemCalls.ClockTime(clock, time) == 0 ? ((ulong)time[0] * 1_000_000_000) + (ulong)time[1] : 0;
    }
}

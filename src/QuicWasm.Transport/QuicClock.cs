using System.Diagnostics;

namespace QuicWasm.Transport;

/// <summary>Monotonic time in nanoseconds.</summary>
internal static class QuicClock
{
    public static ulong NowNs => (ulong)(Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency));

    public static ulong ToNs(TimeSpan time) => (ulong)time.Ticks * 100;
}

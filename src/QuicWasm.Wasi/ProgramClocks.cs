using QuicWasm.Native;

namespace QuicWasm.Wasi;

/// <summary>A program's clocks, in nanoseconds. All but realtime begin at 0 with the program and go on where they were after a move.</summary>
internal sealed class ProgramClocks(TimeProvider time)
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    private long _started = time.GetTimestamp();
    private ulong _monotonicBase;
    private CpuClock _process = new(static () => ProcessorTime.ProcessNs);
    private CpuClock _thread = new(static () => ProcessorTime.ThreadNs);

    public ulong RealtimeNs => (ulong)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    public ulong MonotonicNs => _monotonicBase + ToNanoseconds(time.GetTimestamp() - _started);

    public ulong MonotonicResolutionNs => Math.Max(1, NanosecondsPerSecond / (ulong)time.TimestampFrequency);

    public ulong ProcessNs => _process.ReadNs();

    public ulong ThreadNs => _thread.ReadNs();

    /// <summary>Goes on from the values of another host.</summary>
    public void Continue(ulong monotonicNs, ulong processNs, ulong threadNs)
    {
        _monotonicBase = monotonicNs;
        _started = time.GetTimestamp();
        _process = new CpuClock(static () => ProcessorTime.ProcessNs, processNs);
        _thread = new CpuClock(static () => ProcessorTime.ThreadNs, threadNs);
    }

    private ulong ToNanoseconds(long timestamps) => (ulong)time.TimestampFrequency == NanosecondsPerSecond
        ? (ulong)timestamps
        : (ulong)((UInt128)(ulong)timestamps * NanosecondsPerSecond / (ulong)time.TimestampFrequency);

    /// <summary>A clock that stands still rather than go back where its source does: when a program goes on in another thread.</summary>
    private sealed class CpuClock(Func<ulong> source, ulong start = 0)
    {
        private ulong _value = start;
        private ulong _last = source();

        public ulong ReadNs()
        {
            ulong now = source();
            _value += now > _last ? now - _last : 0;
            _last = now;
            return _value;
        }
    }
}

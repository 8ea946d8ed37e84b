namespace QuicWasm.Wasi.Tests;

/// <summary>A clock that goes on when it is told to.</summary>
internal sealed class ManualTime(long startNs) : TimeProvider
{
    private long _nowNs = startNs;
    private int _looks;

    public override long TimestampFrequency => 1_000_000_000;

    /// <summary>How often the timestamp was asked for.</summary>
    public int Looks => Volatile.Read(ref _looks);

    public override long GetTimestamp()
    {
        Interlocked.Increment(ref _looks);
        return Volatile.Read(ref _nowNs);
    }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(Volatile.Read(ref _nowNs) / 100);

    public void Advance(long ns) => Interlocked.Add(ref _nowNs, ns);
}

namespace QuicWasm.Migration;

/// <summary>How far the streams of one move have asked for its range, and the first thing that went wrong.</summary>
internal sealed class RunCursor(GranuleRun range, GranuleLedger ledger)
{
    private int _next = range.First;
    private MigrationException? _failure;

    /// <summary>What ended the move, or null.</summary>
    public MigrationException? Failure => Volatile.Read(ref _failure);

    /// <inheritdoc cref="GranuleLedger.TryRequest"/>
    public bool TryRequest(int maxGranules, ulong batchBytes, ulong roomBytes, out GranuleRun run, out ulong bytes) =>
        ledger.TryRequest(ref _next, range.End, maxGranules, batchBytes, roomBytes, out run, out bytes);

    /// <summary>The move is over; the first failure counts.</summary>
    public void Fail(MigrationException failure) => Interlocked.CompareExchange(ref _failure, failure, null);
}

namespace QuicWasm.Transport;

/// <summary>The live counters of one connection, added to by all of its streams.</summary>
internal sealed class CounterCells
{
    private long _bytesSent;
    private long _bytesReceived;
    private long _streamsOpened;
    private long _streamsAccepted;
    private long _streamsAborted;

    public void AddSent(long bytes) => Interlocked.Add(ref _bytesSent, bytes);

    public void AddReceived(long bytes) => Interlocked.Add(ref _bytesReceived, bytes);

    public void AddOpened() => Interlocked.Increment(ref _streamsOpened);

    public void AddAccepted() => Interlocked.Increment(ref _streamsAccepted);

    public void AddAborted() => Interlocked.Increment(ref _streamsAborted);

    public TransportCounters Snapshot() => new(
        Interlocked.Read(ref _bytesSent),
        Interlocked.Read(ref _bytesReceived),
        Interlocked.Read(ref _streamsOpened),
        Interlocked.Read(ref _streamsAccepted),
        Interlocked.Read(ref _streamsAborted));
}

namespace QuicWasm.Transport;

/// <summary>What one connection has transferred, as counted where bytes enter and leave the operating system: with handshakes, control messages and encryption.</summary>
/// <param name="BytesSent">Bytes that the system has taken.</param>
/// <param name="BytesReceived">Bytes that the system has handed over.</param>
/// <param name="StreamsOpened">Streams opened by this side.</param>
/// <param name="StreamsAccepted">Streams opened by the peer.</param>
/// <param name="StreamsAborted">Streams aborted, by whichever side.</param>
public readonly record struct TransportCounters(long BytesSent, long BytesReceived, long StreamsOpened, long StreamsAccepted, long StreamsAborted)
{
    /// <summary>What happened since an earlier snapshot.</summary>
    public TransportCounters Since(TransportCounters earlier) => new(
        BytesSent - earlier.BytesSent,
        BytesReceived - earlier.BytesReceived,
        StreamsOpened - earlier.StreamsOpened,
        StreamsAccepted - earlier.StreamsAccepted,
        StreamsAborted - earlier.StreamsAborted);
}

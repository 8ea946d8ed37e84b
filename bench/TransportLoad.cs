namespace QuicWasm.Bench;

/// <summary>How much a transport is measured with.</summary>
/// <param name="Rounds">Round trips for the latencies.</param>
/// <param name="Bytes">How many bytes for each throughput.</param>
internal sealed record TransportLoad(int Rounds, long Bytes)
{
    /// <summary>What goes there and back in a round trip.</summary>
    public const int RequestBytes = 4096;

    /// <summary>What is written and read at a time for a throughput.</summary>
    public const int PieceBytes = 256 << 10;
}

namespace QuicWasm.Bench;

/// <summary>What one direction of a link has seen. Bytes are those of IP packets as they would be on a wire, headers and all.</summary>
/// <param name="Packets">Packets that were sent into it.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="DeliveredBytes">Bytes of packets that came out of it.</param>
/// <param name="LostPackets">Packets that were lost on purpose.</param>
/// <param name="DroppedPackets">Packets for which the queue, or the receiver, had no room.</param>
/// <param name="ReorderedPackets">Packets that were held back on purpose.</param>
internal sealed record DirectionCounters(
    long Packets, long Bytes, long DeliveredBytes, long LostPackets, long DroppedPackets, long ReorderedPackets)
{
    /// <summary>What came between two readings.</summary>
    public static DirectionCounters operator -(DirectionCounters later, DirectionCounters earlier) => new(
        later.Packets - earlier.Packets,
        later.Bytes - earlier.Bytes,
        later.DeliveredBytes - earlier.DeliveredBytes,
        later.LostPackets - earlier.LostPackets,
        later.DroppedPackets - earlier.DroppedPackets,
        later.ReorderedPackets - earlier.ReorderedPackets);
}

namespace QuicWasm.Bench;

/// <summary>Adds what the link has counted to a run's metrics, and holds it against what the transport says it has sent and received.</summary>
internal static class LinkCheck
{
    // Headers, acknowledgements and TLS records are a few percent; handshakes and the like some KiB.
    private const double MostOverhead = 1.25;
    private const double Fixed = 64 << 10;

    /// <summary>Adds the metrics; gives what does not fit together, or null.</summary>
    public static string? Add(RunResult result, LinkCounters link, LinkSettings settings)
    {
        Set(result, "to_destination", link.ToDestination);
        Set(result, "to_source", link.ToSource);
        return double.IsNaN(result.Get("wire_bytes_received"))
            ? null
            : Doubt("received", result.Get("wire_bytes_received"), link.ToDestination.DeliveredBytes, link.ToDestination, settings)
                ?? Doubt("sent", result.Get("wire_bytes_sent"), link.ToSource.Bytes, link.ToSource, settings);
    }

    /// <summary>What does not fit, or null. The transport cannot have moved more than the link; where nothing is lost, not much less either.</summary>
    public static string? Doubt(string what, double transportBytes, long carriedBytes, DirectionCounters link, LinkSettings settings)
    {
        if (transportBytes > carriedBytes)
        {
            return $"the transport says that it has {what} {transportBytes:f0} bytes, but the link has carried only {carriedBytes}";
        }

        bool isRepeated = settings.Loss > 0 || settings.Reorder > 0 || link.DroppedPackets > 0;
        return isRepeated || link.Bytes <= (transportBytes * MostOverhead) + Fixed + (link.Packets * 60)
            ? null
            : $"the link has carried {link.Bytes} bytes, but the transport says that it has {what} only {transportBytes:f0}";
    }

    private static void Set(RunResult result, string direction, DirectionCounters counters)
    {
        result.Set($"link_bytes_{direction}", counters.Bytes, "bytes");
        result.Set($"link_packets_{direction}", counters.Packets, "count");
        result.Set($"link_lost_packets_{direction}", counters.LostPackets, "count");
        result.Set($"link_dropped_packets_{direction}", counters.DroppedPackets, "count");
    }
}

using System.Collections.Immutable;

namespace QuicWasm.Migration;

/// <summary>What a pager has counted for one image.</summary>
internal sealed record PagerReport
{
    public ImmutableArray<PageFaultRecord> Faults { get; init; } = [];

    /// <summary>What came ahead of its first touch.</summary>
    public ImmutableArray<PartRange> Prefetched { get; init; } = [];

    public long DemandedBytes { get; init; }

    public long PrefetchedBytes { get; init; }

    public long ControlBytes { get; init; }

    public long ZeroBytes { get; init; }

    public long PlainBytes { get; init; }

    public long Requests { get; init; }

    public long Granules { get; init; }

    public long WireSent { get; init; }

    public long WireReceived { get; init; }

    public void Write(BinaryWriter writer)
    {
        writer.Write(Faults.Length);
        foreach (PageFaultRecord record in Faults)
        {
            writer.Write(record.LengthBytes);
            foreach (TimeSpan time in new[] { record.TrapTime, record.QueueTime, record.WireTime, record.ReadTime, record.InstallTime })
            {
                writer.Write(time.Ticks);
            }
        }

        WriteRanges(writer, Prefetched);
        foreach (long count in new[] { DemandedBytes, PrefetchedBytes, ControlBytes, ZeroBytes, PlainBytes, Requests, Granules })
        {
            writer.Write(count);
        }

        writer.Write(WireSent);
        writer.Write(WireReceived);
    }

    public static PagerReport Read(BinaryReader reader)
    {
        var faults = new PageFaultRecord[reader.ReadInt32()];
        for (int i = 0; i < faults.Length; i++)
        {
            faults[i] = new PageFaultRecord(reader.ReadUInt64(), Time(reader), Time(reader), Time(reader), Time(reader), Time(reader));
        }

        return new PagerReport
        {
            Faults = [.. faults],
            Prefetched = ReadRanges(reader),
            DemandedBytes = reader.ReadInt64(),
            PrefetchedBytes = reader.ReadInt64(),
            ControlBytes = reader.ReadInt64(),
            ZeroBytes = reader.ReadInt64(),
            PlainBytes = reader.ReadInt64(),
            Requests = reader.ReadInt64(),
            Granules = reader.ReadInt64(),
            WireSent = reader.ReadInt64(),
            WireReceived = reader.ReadInt64(),
        };
    }

    /// <summary>Writes ranges between a node and its pager.</summary>
    public static void WriteRanges(BinaryWriter writer, ImmutableArray<PartRange> ranges)
    {
        writer.Write(ranges.Length);
        foreach (PartRange range in ranges)
        {
            writer.Write(range.Part);
            writer.Write(range.Offset);
            writer.Write(range.LengthBytes);
        }
    }

    /// <summary>Reads what <see cref="WriteRanges"/> wrote.</summary>
    public static ImmutableArray<PartRange> ReadRanges(BinaryReader reader)
    {
        var ranges = new PartRange[reader.ReadInt32()];
        for (int i = 0; i < ranges.Length; i++)
        {
            ranges[i] = new PartRange(reader.ReadInt32(), reader.ReadUInt64(), reader.ReadUInt64());
        }

        return [.. ranges];
    }

    private static TimeSpan Time(BinaryReader reader) => new(reader.ReadInt64());
}

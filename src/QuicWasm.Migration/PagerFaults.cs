using System.Diagnostics;

namespace QuicWasm.Migration;

/// <summary>The clock of page faults in a pager. Not for several threads at once.</summary>
internal sealed class PagerFaults
{
    private const int Kept = 1 << 20;

    private readonly Dictionary<int, (long Known, long Sent)> _open = [];
    private readonly List<PageFaultRecord> _records = [];

    /// <summary>A granule that nobody has asked for is touched.</summary>
    public void Known(int granule) => _open.TryAdd(granule, (Stopwatch.GetTimestamp(), 0));

    /// <summary>The request for a run has left.</summary>
    public void Sent(GranuleRun run)
    {
        for (int granule = run.First; _open.Count > 0 && granule < run.End; granule++)
        {
            if (_open.TryGetValue(granule, out (long Known, long Sent) times) && times.Sent == 0)
            {
                _open[granule] = (times.Known, Stopwatch.GetTimestamp());
            }
        }
    }

    /// <summary>A granule is in its place, and who waited for it is awake.</summary>
    public void Installed(int granule, ulong lengthBytes, long received)
    {
        if (_open.Remove(granule, out (long Known, long Sent) times) && _records.Count < Kept)
        {
            // RACE: the answer can be here before the sender has looked at the clock.
            long sent = times.Sent == 0 ? received : Math.Min(times.Sent, received);
            _records.Add(new PageFaultRecord(
                lengthBytes, Stopwatch.GetElapsedTime(times.Known, sent), Stopwatch.GetElapsedTime(sent, received), Stopwatch.GetElapsedTime(received)));
        }
    }

    /// <summary>Writes what was recorded.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(_records.Count);
        foreach (PageFaultRecord record in _records)
        {
            writer.Write(record.LengthBytes);
            writer.Write(record.QueueTime.Ticks);
            writer.Write(record.WireTime.Ticks);
            writer.Write(record.InstallTime.Ticks);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static PageFaultRecord[] Read(BinaryReader reader)
    {
        PageFaultRecord[] records = new PageFaultRecord[reader.ReadInt32()];
        for (int i = 0; i < records.Length; i++)
        {
            records[i] = new PageFaultRecord(reader.ReadUInt64(), new(reader.ReadInt64()), new(reader.ReadInt64()), new(reader.ReadInt64()));
        }

        return records;
    }
}

using System.Collections.Immutable;
using System.Diagnostics;

namespace QuicWasm.Migration;

/// <summary>The clock of page faults in a pager. Not for several threads at once.</summary>
internal sealed class PagerFaults
{
    private const int Kept = 1 << 20;

    private readonly Dictionary<int, (long Known, long Sent)> _open = [];
    private readonly List<PageFaultRecord> _records = [];

    /// <summary>What was recorded.</summary>
    /// <param name="trap">How long a fault takes to be known.</param>
    public ImmutableArray<PageFaultRecord> Records(TimeSpan trap) => [.. _records.Select(r => r with { TrapTime = trap })];

    /// <summary>A granule that is not here is touched.</summary>
    /// <param name="granule">The granule.</param>
    /// <param name="isSent">Whether it has been asked for already.</param>
    public void Known(int granule, bool isSent)
    {
        long now = Stopwatch.GetTimestamp();
        _open.TryAdd(granule, (now, isSent ? now : 0));
    }

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
    /// <param name="granule">The granule.</param>
    /// <param name="lengthBytes">Its length.</param>
    /// <param name="received">When its last byte was here.</param>
    /// <param name="readNs">How long the memory node took to read it.</param>
    public void Installed(int granule, ulong lengthBytes, long received, long readNs)
    {
        if (_open.Remove(granule, out (long Known, long Sent) times) && _records.Count < Kept)
        {
            // RACE: the answer can be here before the sender has looked at the clock.
            long sent = times.Sent == 0 ? received : Math.Min(times.Sent, received);
            TimeSpan away = Stopwatch.GetElapsedTime(sent, received);
            TimeSpan read = TimeSpan.FromTicks(Math.Min(away.Ticks, readNs / TimeSpan.NanosecondsPerTick));
            _records.Add(new PageFaultRecord(
                lengthBytes, TimeSpan.Zero, Stopwatch.GetElapsedTime(times.Known, sent), away - read, read, Stopwatch.GetElapsedTime(received)));
        }
    }
}

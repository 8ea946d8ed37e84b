using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>What a migration took, seen from the running node. Times count from its start; null where it has not come so far.</summary>
public sealed class MigrationReport
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly TransferCounters _counters;
    private PagerReport _pager = new();
    private TransportCounters _earlierWire;
    private NodeClient? _client;

    internal MigrationReport(TransferCounters counters) => _counters = counters;

    /// <summary>The connection to the memory node stands, and Hello has been sent.</summary>
    public TimeSpan? Connected { get; private set; }

    /// <summary>The program is frozen, and the memory node has said so; null where it was frozen before.</summary>
    public TimeSpan? Frozen { get; private set; }

    /// <summary>The image is claimed, and its layout known.</summary>
    public TimeSpan? Claimed { get; private set; }

    /// <summary>The skeleton is here, and built.</summary>
    public TimeSpan? SkeletonArrived { get; private set; }

    /// <summary>Everything that must come before the first instruction is here.</summary>
    public TimeSpan? RequiredArrived { get; private set; }

    /// <summary>The program is put together.</summary>
    public TimeSpan? Restored { get; private set; }

    /// <summary>This node owns the program.</summary>
    public TimeSpan? Committed { get; private set; }

    /// <summary>The program runs: see <see cref="MarkFirstInstruction"/>.</summary>
    public TimeSpan? FirstInstruction { get; private set; }

    /// <summary>Nothing is left to fetch.</summary>
    public TimeSpan? AllArrived { get; private set; }

    /// <summary>Granules of the whole image, and how many of them come before the first instruction.</summary>
    public (int All, int Required) PlannedGranules { get; internal set; }

    /// <summary>Length of the whole image in bytes.</summary>
    public ulong ImageBytes { get; internal set; }

    /// <summary>The page faults that the memory node had to answer; known when the migration is finished.</summary>
    public ImmutableArray<PageFaultRecord> PageFaults => _pager.Faults;

    /// <summary>Bytes of memories that came ahead of their first touch, were they touched since or not; known when the migration is finished.</summary>
    public (ulong Used, ulong Wasted) PrefetchedPages { get; private set; }

    /// <summary>Why what was to come ahead, or to be recorded, did not; null where it did.</summary>
    public string? PushFailure { get; internal set; }

    /// <summary>Granules that have arrived.</summary>
    public long Granules => _counters.Granules + _pager.Granules;

    /// <summary>Requests for granules.</summary>
    public long Requests => _counters.Requests + _pager.Requests;

    /// <summary>How often the connection was lost and made again.</summary>
    public int Reconnects { get; private set; }

    /// <summary>Bytes of messages, and of the framing of granules.</summary>
    public long ControlBytes => _counters.ControlBytes + _pager.ControlBytes;

    /// <summary>Bytes of granules that are zero, and did not travel: each run of them was one short message, which counts as control.</summary>
    public long ZeroBytes => _counters.ZeroBytes + _pager.ZeroBytes;

    /// <summary>The most granules that one stream had asked for and not received.</summary>
    public long MaxGranulesInFlight => _counters.MaxGranulesInFlight;

    /// <summary>The most bytes that one stream had asked for and not received.</summary>
    public long MaxBytesInFlight => _counters.MaxBytesInFlight;

    /// <summary>What the transport has counted until now, over all connections of this migration.</summary>
    public TransportCounters Wire => _client is { } client ? Sum(_earlierWire, client.Wire) : _earlierWire;

    /// <summary>Bytes of granules before they were compressed; zeros are not among them.</summary>
    public long BytesBeforeCompression => _counters.PlainBytes + _pager.PlainBytes;

    /// <summary>The same bytes as they travelled.</summary>
    public long BytesAfterCompression => Enum.GetValues<ByteClass>().Sum(Bytes);

    /// <summary>Bytes of granules as they travelled, by why they did; zeros are not among them.</summary>
    public long Bytes(ByteClass byteClass) => _counters.Bytes(byteClass) + byteClass switch
    {
        ByteClass.Demanded => _pager.DemandedBytes,
        ByteClass.Prefetched => _pager.PrefetchedBytes,
        _ => 0,
    };

    /// <summary>Whoever runs the program says so just before the first instruction.</summary>
    public void MarkFirstInstruction() => FirstInstruction ??= Stopwatch.GetElapsedTime(_start);

    /// <summary>When each step up to the first instruction was done, in milliseconds since its start, as in <c>connected 0.61, frozen 1.70</c>.</summary>
    public string Steps => string.Join(
        ", ",
        from step in new (string Name, TimeSpan? At)[]
        {
            ("connected", Connected), ("frozen", Frozen), ("claimed", Claimed), ("skeleton", SkeletonArrived), ("required", RequiredArrived), ("restored", Restored),
            ("committed", Committed), ("first instruction", FirstInstruction),
        }
        let at = step.At?.TotalMilliseconds
        where at is not null
        select string.Create(CultureInfo.InvariantCulture, $"{step.Name} {at:0.00}"));

    /// <summary>Tells a sink everything that is known.</summary>
    public void WriteTo(IMeasurementSink sink)
    {
        Time(sink, "time_to_connected", Connected);
        Time(sink, "time_to_frozen", Frozen);
        Time(sink, "time_to_claimed", Claimed);
        Time(sink, "time_to_skeleton", SkeletonArrived);
        Time(sink, "time_to_required", RequiredArrived);
        Time(sink, "time_to_restored", Restored);
        Time(sink, "time_to_committed", Committed);
        Time(sink, "time_to_first_instruction", FirstInstruction);
        Time(sink, "time_to_all", AllArrived);
        sink.Observe("image_bytes", ImageBytes, "bytes");
        sink.Observe("control_bytes", ControlBytes, "bytes");
        sink.Observe("required_bytes", Bytes(ByteClass.Required), "bytes");
        sink.Observe("demanded_bytes", Bytes(ByteClass.Demanded), "bytes");
        sink.Observe("prefetched_bytes", Bytes(ByteClass.Prefetched), "bytes");
        sink.Observe("bytes_before_compression", BytesBeforeCompression, "bytes");
        sink.Observe("bytes_after_compression", BytesAfterCompression, "bytes");
        sink.Observe("zero_bytes", ZeroBytes, "bytes");
        sink.Observe("prefetched_used_bytes", PrefetchedPages.Used, "bytes");
        sink.Observe("prefetched_wasted_bytes", PrefetchedPages.Wasted, "bytes");
        sink.Observe("wire_bytes_sent", Wire.BytesSent + _pager.WireSent, "bytes");
        sink.Observe("wire_bytes_received", Wire.BytesReceived + _pager.WireReceived, "bytes");
        sink.Observe("granules", Granules, "count");
        sink.Observe("requests", Requests, "count");
        sink.Observe("reconnects", Reconnects, "count");
        WriteFaults(sink);
    }

    private void WriteFaults(IMeasurementSink sink)
    {
        sink.Observe("faults", PageFaults.Length, "count");
        if (PageFaults.IsEmpty)
        {
            return;
        }

        sink.Observe("fault_bytes", PageFaults.Sum(static f => (double)f.LengthBytes), "bytes");
        sink.Observe("fault_total", PageFaults.Sum(static f => f.TotalTime.TotalNanoseconds), "ns");
        Percentiles(sink, "fault", static f => f.TotalTime);
        Percentiles(sink, "fault_trap", static f => f.TrapTime);
        Percentiles(sink, "fault_queue", static f => f.QueueTime);
        Percentiles(sink, "fault_wire", static f => f.WireTime);
        Percentiles(sink, "fault_read", static f => f.ReadTime);
        Percentiles(sink, "fault_install", static f => f.InstallTime);
    }

    private void Percentiles(IMeasurementSink sink, string metric, Func<PageFaultRecord, TimeSpan> time)
    {
        TimeSpan[] times = [.. PageFaults.Select(time).Order()];
        foreach ((string name, double share) in new[] { ("p50", 0.5), ("p99", 0.99), ("p999", 0.999) })
        {
            sink.Observe($"{metric}_{name}", times[(int)Math.Min(times.Length - 1, share * times.Length)].TotalNanoseconds, "ns");
        }
    }

    /// <summary>Takes what the pager has counted until now.</summary>
    internal void Take(PagedImage pages)
    {
        _pager = pages.Report();
        PrefetchedPages = pages.UsageOf(_pager.Prefetched);
    }

    internal void MarkConnected(NodeClient client)
    {
        Follow(client);
        Connected = Stopwatch.GetElapsedTime(_start);
    }

    internal void MarkFrozen() => Frozen = Stopwatch.GetElapsedTime(_start);

    internal void MarkClaimed() => Claimed = Stopwatch.GetElapsedTime(_start);

    internal void MarkSkeleton() => SkeletonArrived = Stopwatch.GetElapsedTime(_start);

    internal void MarkRequired() => RequiredArrived = Stopwatch.GetElapsedTime(_start);

    internal void MarkRestored() => Restored = Stopwatch.GetElapsedTime(_start);

    internal void MarkCommitted() => Committed = Stopwatch.GetElapsedTime(_start);

    internal void CountReconnect() => Reconnects++;

    internal void MarkAll() => AllArrived ??= Stopwatch.GetElapsedTime(_start);

    /// <summary>Counts on with another connection, or with none.</summary>
    internal void Follow(NodeClient? client)
    {
        _earlierWire = Wire;
        _client = client;
    }

    private static TransportCounters Sum(TransportCounters a, TransportCounters b) => new(
        a.BytesSent + b.BytesSent,
        a.BytesReceived + b.BytesReceived,
        a.StreamsOpened + b.StreamsOpened,
        a.StreamsAccepted + b.StreamsAccepted,
        a.StreamsAborted + b.StreamsAborted);

    private static void Time(IMeasurementSink sink, string metric, TimeSpan? time)
    {
        if (time is { } known)
        {
            sink.Observe(metric, known.TotalNanoseconds, "ns");
        }
    }
}

using System.Globalization;
using CsvHelper.Configuration.Attributes;

namespace QuicWasm.Bench;

/// <summary>One row of the CSV: every dimension, one metric, its raw value and unit. A failure is a row too.</summary>
internal sealed record Observation
{
    public required string Run { get; init; }

    public string Question { get; init; } = "";

    public string Method { get; init; } = Methods.Migrate;

    public required string Workload { get; init; }

    /// <summary>The program's whole command line.</summary>
    public required string Arguments { get; init; }

    public required string Engine { get; init; }

    public required string Granularity { get; init; }

    public required int GranuleBytes { get; init; }

    public required string Mode { get; init; }

    public bool EagerMemory { get; init; }

    /// <summary>Whether both nodes had moved a program before; else their processes were fresh.</summary>
    public bool Warm { get; init; }

    public required string Transport { get; init; }

    /// <summary>What implements the transport.</summary>
    public required string Provider { get; init; }

    public required int Streams { get; init; }

    public string Compression { get; init; } = "none";

    public string Prefetch { get; init; } = "none";

    /// <summary>The heap that was asked for in MiB; empty where it is the workload's own. What an image has is a metric.</summary>
    public int? MemoryMib { get; init; }

    public double? TouchRatio { get; init; }

    /// <summary>Pages that the program writes in a second while it is copied; empty: it stands still.</summary>
    public double? DirtyRate { get; init; }

    public int Children { get; init; } = 1;

    /// <summary>loopback or emulated.</summary>
    public string Link { get; init; } = LinkKinds.Loopback;

    public double RttMs { get; init; }

    public double JitterMs { get; init; }

    public double Loss { get; init; }

    public double LossBurst { get; init; } = 1;

    public double Reorder { get; init; }

    /// <summary>0: no limit.</summary>
    public double RateMbit { get; init; }

    /// <summary>0: what is on the way at that rate.</summary>
    public double QueueKib { get; init; }

    public required int Repetition { get; init; }

    public required string Metric { get; init; }

    public double? Value { get; init; }

    public string Unit { get; init; } = "";

    public required bool Verified { get; init; }

    public string Error { get; init; } = "";

    /// <summary>The point that the row belongs to, without its repetition: all dimensions but what only a run can tell (provider, link).</summary>
    [Ignore]
    public string PointKey => string.Join(
        '|',
        new object?[]
        {
            Method, Workload, Arguments, Engine, Granularity, GranuleBytes, Mode, EagerMemory, Warm, Transport, Streams, Compression, Prefetch,
            MemoryMib, TouchRatio, DirtyRate, Children, RttMs, JitterMs, Loss, LossBurst, Reorder, RateMbit, QueueKib,
        }.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)));

    /// <summary>The unit of work that the row belongs to.</summary>
    [Ignore]
    public (string Point, int Repetition) Key => (PointKey, Repetition);

    /// <summary>A row with a point's dimensions, and no metric yet.</summary>
    public static Observation Of(ExperimentPoint point, string run, string question) => new()
    {
        Run = run,
        Question = question,
        Method = point.Method,
        Workload = point.Workload,
        Arguments = string.Join(' ', point.ProgramArguments()),
        Engine = point.Engine,
        Granularity = point.Granularity,
        GranuleBytes = point.GranuleBytes,
        Mode = point.Mode,
        EagerMemory = point.EagerMemory,
        Warm = point.Warm,
        Transport = point.Transport,
        Provider = TransportProviders.Of(point.Transport),
        Streams = point.Streams,
        Compression = point.Compression,
        Prefetch = point.Prefetch,
        MemoryMib = point.HeapMib,
        TouchRatio = point.Touch,
        Children = point.Children,
        Link = point.LinkKind,
        RttMs = point.Link.RttMs,
        JitterMs = point.Link.JitterMs,
        Loss = point.Link.Loss,
        LossBurst = point.Link.LossBurst,
        Reorder = point.Link.Reorder,
        RateMbit = point.Link.RateMbit,
        QueueKib = point.Link.QueueKib,
        Repetition = point.Repetition,
        Metric = "",
        Verified = false,
    };
}

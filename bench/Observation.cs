namespace QuicWasm.Bench;

/// <summary>One row of the CSV: every dimension, one metric, its raw value and unit. A failure is a row too.</summary>
internal sealed record Observation
{
    public required string Run { get; init; }

    public required string Workload { get; init; }

    public required string Arguments { get; init; }

    public required string Engine { get; init; }

    public required string Granularity { get; init; }

    public required int GranuleBytes { get; init; }

    public required string Mode { get; init; }

    public required string Transport { get; init; }

    public required string Provider { get; init; }

    public required int Streams { get; init; }

    public string Compression { get; init; } = "none";

    public string Prefetch { get; init; } = "none";

    public required double MemoryMib { get; init; }

    public string TouchRatio { get; init; } = "";

    public string DirtyRate { get; init; } = "";

    public int Children { get; init; } = 1;

    public double RttMs { get; init; }

    public double Loss { get; init; }

    public string RateMbit { get; init; } = "";

    public required int Repetition { get; init; }

    public required string Metric { get; init; }

    public double? Value { get; init; }

    public string Unit { get; init; } = "";

    public required bool Verified { get; init; }

    public string Error { get; init; } = "";
}

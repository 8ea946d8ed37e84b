namespace QuicWasm.Bench;

/// <summary>One combination to measure: every dimension of a row.</summary>
internal sealed record ExperimentPoint
{
    public required string Workload { get; init; }

    /// <summary>The program's arguments.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    public string Engine { get; init; } = "tiered";

    public required string Granularity { get; init; }

    public int PageBytes { get; init; } = 4096;

    public string Mode { get; init; } = "no-cow";

    public bool EagerMemory { get; init; }

    public required string Transport { get; init; }

    public int Streams { get; init; } = 1;

    public string Compression { get; init; } = "none";

    public int Repetition { get; init; } = 1;
}

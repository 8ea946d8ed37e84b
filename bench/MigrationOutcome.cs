namespace QuicWasm.Bench;

/// <summary>What one migration gave.</summary>
/// <param name="Point">What was measured.</param>
/// <param name="Metrics">Metrics with their units, by name; empty where it failed.</param>
/// <param name="IsVerified">Whether the output before and after the move is that of the unmigrated run.</param>
/// <param name="Error">Why it failed, or null.</param>
internal sealed record MigrationOutcome(
    ExperimentPoint Point, IReadOnlyDictionary<string, (double Value, string Unit)> Metrics, bool IsVerified, string? Error)
{
    /// <summary>A metric's value, or NaN.</summary>
    public double this[string metric] => Metrics.TryGetValue(metric, out (double Value, string Unit) value) ? value.Value : double.NaN;

    /// <summary>The rows of it.</summary>
    public IEnumerable<Observation> Rows(string run)
    {
        if (Error is not null)
        {
            yield return Row(run, "failed");
        }

        foreach ((string metric, (double value, string unit)) in Metrics)
        {
            yield return Row(run, metric) with { Value = value, Unit = unit };
        }
    }

    private Observation Row(string run, string metric) => new()
    {
        Run = run,
        Workload = Point.Workload,
        Arguments = string.Join(' ', Point.Arguments),
        Engine = Point.Engine,
        Granularity = Point.Granularity,
        GranuleBytes = Point.PageBytes,
        Mode = Point.Mode,
        Transport = Point.Transport,
        Provider = Point.Transport,
        Streams = Point.Streams,
        Compression = Point.Compression,
        MemoryMib = Metrics.TryGetValue("image_bytes", out (double Value, string Unit) bytes) ? Math.Round(bytes.Value / (1 << 20), 3) : 0,
        Repetition = Point.Repetition,
        Metric = metric,
        Verified = IsVerified,
        Error = Error ?? "",
    };
}

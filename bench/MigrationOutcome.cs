namespace QuicWasm.Bench;

/// <summary>What one run gave.</summary>
/// <param name="Point">What was measured; its link as it was.</param>
/// <param name="Metrics">Metrics with their units, by name; empty where it failed.</param>
/// <param name="IsVerified">Whether the output before and after the move is that of the unmigrated run.</param>
/// <param name="Error">Why it failed, or null.</param>
internal sealed record MigrationOutcome(
    ExperimentPoint Point, IReadOnlyDictionary<string, (double Value, string Unit)> Metrics, bool IsVerified, string? Error)
{
    /// <summary>The metric of the last row of a run: a run without it was cut off, and counts as not done.</summary>
    public const string LastMetric = "run_time";

    /// <summary>The metric of a failure.</summary>
    public const string FailedMetric = "failed";

    /// <summary>How long the run took, all in all.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>A metric's value, or NaN.</summary>
    public double this[string metric] => Metrics.TryGetValue(metric, out (double Value, string Unit) value) ? value.Value : double.NaN;

    /// <summary>A run that failed, and why.</summary>
    public static MigrationOutcome Failed(ExperimentPoint point, string error) =>
        new(point, new Dictionary<string, (double, string)>(), IsVerified: false, error);

    /// <summary>The rows of it.</summary>
    public IEnumerable<Observation> Rows(string run, string question)
    {
        Observation row = Observation.Of(Point, run, question) with { Verified = IsVerified, Error = Error ?? "" };
        if (Error is not null)
        {
            yield return row with { Metric = FailedMetric };
        }

        foreach ((string metric, (double value, string unit)) in Metrics)
        {
            yield return row with { Metric = metric, Value = value, Unit = unit };
        }

        yield return row with { Metric = LastMetric, Value = Took.TotalNanoseconds, Unit = "ns" };
    }
}

namespace QuicWasm.Bench;

/// <summary>One metric of one point over its repetitions.</summary>
/// <param name="Point">Any of its rows, for the dimensions.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Interval">Median and 95% interval.</param>
internal sealed record SummaryRow(Observation Point, string Metric, string Unit, Interval Interval);

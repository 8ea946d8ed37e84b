using System.Globalization;

namespace QuicWasm.Bench;

/// <summary>The medians of one metric in two runs.</summary>
/// <param name="Metric">Which.</param>
/// <param name="OverNs">Only points over this in the first run are compared.</param>
/// <param name="Within">Which part of the first median they may be apart.</param>
/// <param name="Points">The points that are compared.</param>
/// <param name="OnlyInOne">Points that only one of the runs has.</param>
internal sealed record RunComparison(string Metric, double OverNs, double Within, IReadOnlyList<RunComparison.Point> Points, int OnlyInOne)
{
    /// <summary>Compares.</summary>
    /// <exception cref="HarnessException">They have no point in common that is long enough.</exception>
    public static RunComparison Of(IReadOnlyList<Observation> first, IReadOnlyList<Observation> second, string metric, double overNs, double within)
    {
        Dictionary<string, SummaryRow> one = Medians(first, metric), other = Medians(second, metric);
        string[] both = [.. one.Keys.Intersect(other.Keys)];
        Point[] points =
        [
            .. both.Where(k => one[k].Interval.Median > overNs).Select(k => new Point(
                Name(one[k].Point), one[k].Interval.Median, other[k].Interval.Median,
                Math.Abs(other[k].Interval.Median - one[k].Interval.Median) <= within * one[k].Interval.Median)),
        ];
        return points.Length > 0
            ? new RunComparison(metric, overNs, within, points, one.Count + other.Count - (2 * both.Length))
            : throw new HarnessException($"the two runs have no verified point in common whose {metric} is over {(overNs / 1e6).ToString(CultureInfo.InvariantCulture)} ms");
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        int count = Points.Count(p => p.IsWithin);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{count} of {Points.Count} points ({100.0 * count / Points.Count:0}%) whose {Metric} is over {OverNs / 1e6} ms are within {Within * 100:0.#}% of the first run; {OnlyInOne} points are in one run only");
    }

    private static Dictionary<string, SummaryRow> Medians(IReadOnlyList<Observation> rows, string metric) =>
        Summary.Of(rows).Where(r => r.Metric == metric).GroupBy(r => r.Point.PointKey).ToDictionary(g => g.Key, g => g.First());

    private static string Name(Observation o) => string.Create(
        CultureInfo.InvariantCulture,
        $"{o.Method}, {o.Workload} {o.MemoryMib} MiB, {o.Granularity}, {o.Mode}{(o.EagerMemory ? " memory first" : "")}, {o.Transport}{(o.Warm ? ", warm" : "")}, {o.RttMs} ms, loss {o.Loss}");

    /// <summary>A point in both runs.</summary>
    /// <param name="Name">What it is.</param>
    /// <param name="First">Its median in the first, in ns.</param>
    /// <param name="Second">Its median in the second, in ns.</param>
    /// <param name="IsWithin">Whether the two are close enough.</param>
    internal sealed record Point(string Name, double First, double Second, bool IsWithin);
}

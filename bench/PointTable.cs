using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace QuicWasm.Bench;

/// <summary>Rows of a table, one a point, for a terminal and for the report: what differs between the points, and medians of what was measured.</summary>
internal sealed partial class PointTable
{
    private static readonly (string Header, string Metric, double Divisor, string Format, bool IsInterval)[] Columns =
    [
        ("downtime ms", "downtime", 1e6, "f1", false),
        ("95%", "downtime", 1e6, "f0", true),
        ("gap ms", "output_gap", 1e6, "f0", false),
        ("total s", "time_to_finish", 1e9, "f2", false),
        ("wire MB", "wire_bytes_received", 1e6, "f2", false),
    ];

    private PointTable(IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<string>> rows, IReadOnlyList<string> failures)
    {
        Headers = headers;
        Rows = rows;
        Failures = failures;
    }

    /// <summary>Names of the columns.</summary>
    public IReadOnlyList<string> Headers { get; }

    /// <summary>Their cells.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows { get; }

    /// <summary>Why points failed, each reason once.</summary>
    public IReadOnlyList<string> Failures { get; }

    /// <summary>From the rows of a run.</summary>
    public static PointTable Of(IReadOnlyList<Observation> rows)
    {
        PropertyInfo[] varying = [.. Summary.Dimensions.Where(d => d.Name is not (nameof(Observation.Provider) or nameof(Observation.Link))
            && rows.Select(r => d.GetValue(r)).Distinct().Count() > 1)];
        if (varying.Any(d => d.Name is nameof(Observation.Workload) or nameof(Observation.MemoryMib) or nameof(Observation.TouchRatio)))
        {
            varying = [.. varying.Where(d => d.Name != nameof(Observation.Arguments))];
        }

        ILookup<string, SummaryRow> summary = Summary.Of(rows).ToLookup(s => s.Point.PointKey);
        var table = new List<IReadOnlyList<string>>();
        foreach (IGrouping<string, Observation> point in Sorted(rows, varying).GroupBy(r => r.PointKey))
        {
            table.Add(
            [
                varying.Length == 0 ? point.First().Workload : string.Join(' ', varying.Select(d => Cell(d, point.First()))),
                .. Columns.Select(c => Cell(summary[point.Key], c.Metric, c.Divisor, c.Format, c.IsInterval)),
                Verdict([.. point]),
            ]);
        }

        string first = varying.Length == 0 ? "workload" : string.Join(' ', varying.Select(Name));
        return new PointTable([first, .. Columns.Select(c => c.Header), "output"], table, Reasons(rows));
    }

    private static string[] Reasons(IReadOnlyList<Observation> rows) =>
    [
        .. rows.Where(r => r.Metric == MigrationOutcome.FailedMetric)
            .GroupBy(r => Identifier().Replace(r.Error, "..."), StringComparer.Ordinal)
            .Select(g => $"{g.Count()} failed: {g.Key}"),
    ];

    private static IEnumerable<Observation> Sorted(IReadOnlyList<Observation> rows, PropertyInfo[] varying) =>
        varying.Aggregate(rows.OrderBy(_ => 0), (sorted, dimension) => sorted.ThenBy(r => dimension.GetValue(r)));

    // What is so or not is its own name where it is so.
    private static string Cell(PropertyInfo dimension, Observation row) =>
        dimension.GetValue(row) is bool isSo ? isSo ? Name(dimension) : "-" : Cell(dimension.GetValue(row));

    private static string Name(PropertyInfo dimension) => JsonNamingPolicy.SnakeCaseLower.ConvertName(dimension.Name);

    private static string Cell(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "-";

    private static string Cell(IEnumerable<SummaryRow> rows, string metric, double divisor, string format, bool isInterval)
    {
        if (rows.FirstOrDefault(r => r.Metric == metric) is not { } row)
        {
            return "-";
        }

        string Number(double value) => (value / divisor).ToString(format, CultureInfo.InvariantCulture);
        return !isInterval ? Number(row.Interval.Median)
            : row.Interval.Count == 1 ? "-"
            : $"{Number(row.Interval.Low)}-{Number(row.Interval.High)}";
    }

    private static string Verdict(IReadOnlyCollection<Observation> rows)
    {
        int failed = rows.Count(r => r.Metric == MigrationOutcome.FailedMetric);
        return failed == 0 ? "same" : $"{failed}/{rows.Count(r => r.Metric == MigrationOutcome.LastMetric)} FAILED";
    }

    // Each image has an identifier of its own, which makes no reason a new one.
    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex Identifier();
}

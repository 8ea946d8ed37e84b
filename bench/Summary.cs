using System.Globalization;
using System.Text.Json;
using CsvHelper;

namespace QuicWasm.Bench;

/// <summary>Medians and intervals of observations: what figures and tables are made of.</summary>
internal static class Summary
{
    private static readonly string[] NoDimension =
        [nameof(Observation.Run), nameof(Observation.Repetition), nameof(Observation.Metric), nameof(Observation.Value), nameof(Observation.Unit),
            nameof(Observation.Verified), nameof(Observation.Error), nameof(Observation.PointKey), nameof(Observation.Key)];

    /// <summary>The dimensions, in the order of the CSV.</summary>
    public static IReadOnlyList<System.Reflection.PropertyInfo> Dimensions { get; } =
        [.. typeof(Observation).GetProperties().Where(p => !NoDimension.Contains(p.Name))];

    /// <summary>Of verified rows, sorted by their dimensions, numbers as numbers.</summary>
    public static IReadOnlyList<SummaryRow> Of(IEnumerable<Observation> rows)
    {
        IEnumerable<SummaryRow> summary = rows
            .Where(r => r.Verified && r.Value is not null)
            .GroupBy(r => (r.PointKey, r.Link, r.Metric))
            .Select(g => new SummaryRow(g.First(), g.Key.Metric, g.First().Unit, Interval.Of(g.Select(r => r.Value!.Value))));
        IOrderedEnumerable<SummaryRow> sorted = summary.OrderBy(r => r.Metric, StringComparer.Ordinal);

        // The command line comes last: it repeats numbers of other dimensions as text.
        foreach (System.Reflection.PropertyInfo dimension in Dimensions.OrderBy(d => d.Name == nameof(Observation.Arguments)))
        {
            sorted = sorted.ThenBy(r => dimension.GetValue(r.Point));
        }

        return [.. sorted];
    }

    /// <summary>As CSV: the dimensions, the metric, its unit, count, median, low and high end, confidence.</summary>
    public static string Write(IEnumerable<SummaryRow> rows)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using (var csv = new CsvWriter(text, CultureInfo.InvariantCulture))
        {
            foreach (string name in Dimensions.Select(d => JsonNamingPolicy.SnakeCaseLower.ConvertName(d.Name)).Concat(["metric", "unit", "count", "median", "low", "high", "confidence"]))
            {
                csv.WriteField(name);
            }

            csv.NextRecord();
            foreach (SummaryRow row in rows)
            {
                foreach (object? value in Dimensions.Select(d => d.GetValue(row.Point)).Concat(
                    [row.Metric, row.Unit, row.Interval.Count, row.Interval.Median, row.Interval.Low, row.Interval.High, Math.Round(row.Interval.Confidence, 4)]))
                {
                    csv.WriteField(value);
                }

                csv.NextRecord();
            }
        }

        return text.ToString();
    }
}

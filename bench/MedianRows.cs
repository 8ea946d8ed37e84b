using System.Globalization;

namespace QuicWasm.Bench;

/// <summary>The medians of one question, to ask for: what sentences of a report are made of.</summary>
internal sealed class MedianRows(IReadOnlyList<SummaryRow> rows)
{
    /// <summary>The one row of a metric that fits, or null where there is none; of several the first.</summary>
    public SummaryRow? Find(string metric, Func<Observation, bool> fits) => rows.FirstOrDefault(r => r.Metric == metric && fits(r.Point));

    /// <summary>Every row of a metric that fits.</summary>
    public IReadOnlyList<SummaryRow> All(string metric, Func<Observation, bool> fits) => [.. rows.Where(r => r.Metric == metric && fits(r.Point))];

    /// <summary>The values of a dimension among points that fit and have a metric, ascending.</summary>
    public IReadOnlyList<T> Values<T>(string metric, Func<Observation, bool> fits, Func<Observation, T> dimension) =>
        [.. All(metric, fits).Select(r => dimension(r.Point)).Distinct().Order()];

    /// <summary>Whether one is surely less than the other: their intervals do not touch.</summary>
    public static bool IsLess(SummaryRow one, SummaryRow other) => one.Interval.High < other.Interval.Low;

    /// <summary>How a median stands to another: <c>2.10 times</c>; and whether their intervals tell them apart.</summary>
    public static string Ratio(SummaryRow one, SummaryRow other) => string.Create(
        CultureInfo.InvariantCulture,
        $"{one.Interval.Median / other.Interval.Median:0.00} times{(IsLess(one, other) || IsLess(other, one) ? "" : " (not told apart)")}");

    /// <summary>A time in words, from nanoseconds.</summary>
    public static string Time(double nanoseconds) => nanoseconds switch
    {
        < 1e6 => FormattableString.Invariant($"{nanoseconds / 1e3:0} us"),
        < 1e8 => FormattableString.Invariant($"{nanoseconds / 1e6:0.0} ms"),
        < 1e9 => FormattableString.Invariant($"{nanoseconds / 1e6:0} ms"),
        _ => FormattableString.Invariant($"{nanoseconds / 1e9:0.00} s"),
    };

    /// <summary>A median time in words.</summary>
    public static string Time(SummaryRow row) => Time(row.Interval.Median);
}

using System.Globalization;
using static QuicWasm.Bench.MedianRows;

namespace QuicWasm.Bench;

/// <summary>Sentences on normal execution, and on what clients see.</summary>
internal static class ExecutionAnswers
{
    private const string SecondHalf = "time_of_second_half";

    /// <summary>Normal execution of each workload: with safe points and without, with a listening node and without, and on another engine.</summary>
    public static IEnumerable<string> Price(MedianRows medians)
    {
        foreach (string workload in medians.Values(SecondHalf, _ => true, o => o.Workload))
        {
            SummaryRow? Find(string engine, string method) => medians.Find(SecondHalf, o => o.Workload == workload && o.Engine == engine && o.Method == method);
            if (Find("tiered", Methods.Unmigrated) is not { } tiered)
            {
                continue;
            }

            string[] parts =
            [
                .. Part(Find("unfreezable", Methods.Unmigrated), u => $"without safe points {Time(u)} (with them {Ratio(tiered, u)})"),
                .. Part(Find("tiered", Methods.Listening), l => $"with a node that listens {Time(l)} ({Ratio(l, tiered)})"),
                .. Part(Find("compiler", Methods.Unmigrated), c => $"compiled from the first call {Time(c)}"),
                .. Part(Find("interpreter", Methods.Unmigrated), i => $"interpreted {Time(i)} ({Ratio(i, tiered)})"),
                .. Part(Find(RunContext.OtherEngine, Methods.Unmigrated), v => $"on V8, which cannot move it, {Time(v)} ({Ratio(tiered, v)})"),
            ];
            yield return $"{workload}, from a quarter of its lines to its end: {Time(tiered)}; {string.Join("; ", parts)}.";
        }
    }

    /// <summary>The longest time between two lines of output for each way to move, and the time that the whole took.</summary>
    public static IEnumerable<string> Timeline(MedianRows medians)
    {
        SummaryRow? still = medians.Find("time_to_finish", o => o.Method == Methods.Unmigrated);
        foreach (SummaryRow gap in medians.All("output_gap", _ => true).OrderBy(r => r.Interval.Median))
        {
            string name = gap.Point.Method == Methods.Migrate ? $"moved in {gap.Point.Mode}{(gap.Point.Warm ? "" : ", fresh processes")}" : gap.Point.Method;
            string after = medians.Find("time_after_move", o => o.PointKey == gap.Point.PointKey) is { } rest ? $", {Time(rest)} from the order to move to its end" : "";
            yield return $"{name}: no output for {Time(gap)}{after}.";
        }

        if (still is not null)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"Unmoved, the whole program takes {Time(still)}.");
        }
    }

    private static string[] Part(SummaryRow? row, Func<SummaryRow, string> words) => row is null ? [] : [words(row)];
}

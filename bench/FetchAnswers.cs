using System.Globalization;
using static QuicWasm.Bench.MedianRows;

namespace QuicWasm.Bench;

/// <summary>Sentences on what comes ahead, what is compressed, and what is shared.</summary>
internal static class FetchAnswers
{
    private const string AfterMove = "time_after_move";

    /// <summary>For each link and touched part: time, faults and wasted bytes of each policy against none.</summary>
    public static IEnumerable<string> Prefetch(MedianRows medians)
    {
        foreach (double rtt in medians.Values(AfterMove, _ => true, o => o.RttMs))
        {
            foreach (double? touch in medians.Values(AfterMove, o => o.RttMs == rtt, o => o.TouchRatio))
            {
                bool At(Observation o) => o.RttMs == rtt && o.TouchRatio == touch && o.Mode == "cow";
                if (medians.Find(AfterMove, o => At(o) && o.Prefetch == "none") is not { } none)
                {
                    continue;
                }

                string where = string.Create(CultureInfo.InvariantCulture, $"{rtt} ms{(touch is null ? "" : $", {touch * 100:0.#}% touched")}");
                yield return $"{where}: without prefetch {Time(none)} from the order to move to the program's end, and {Count(medians, "faults", o => At(o) && o.Prefetch == "none")} faults that waited for the link.";
                foreach (SummaryRow policy in medians.All(AfterMove, o => At(o) && o.Prefetch != "none").OrderBy(r => r.Interval.Median))
                {
                    bool Same(Observation o) => At(o) && o.Prefetch == policy.Point.Prefetch;
                    string wasted = medians.Find("prefetched_wasted_bytes", Same) is { } unused
                        ? string.Create(CultureInfo.InvariantCulture, $", {unused.Interval.Median / 1e6:0.0} MB never used")
                        : "";
                    yield return $"{where}, {policy.Point.Prefetch}: {Time(policy)} ({Ratio(policy, none)}), {Count(medians, "faults", Same)} faults{wasted}.";
                }
            }
        }
    }

    /// <summary>For each rate: which compression makes the shortest downtime.</summary>
    public static IEnumerable<string> Compression(MedianRows medians)
    {
        foreach (double rate in medians.Values("downtime", o => o.Granularity == "page", o => o.RateMbit))
        {
            SummaryRow[] sorted = [.. medians.All("downtime", o => o.Granularity == "page" && o.RateMbit == rate).OrderBy(r => r.Interval.Median)];
            if (sorted.Length > 1)
            {
                string name = rate == 0 ? "No limit to the rate" : string.Create(CultureInfo.InvariantCulture, $"{rate} Mbit/s");
                yield return $"{name}: {string.Join(", ", sorted.Select(r => $"{r.Point.Compression} {Time(r)}"))}{(IsLess(sorted[0], sorted[1]) ? "" : " (the first two not told apart)")}.";
            }
        }
    }

    /// <summary>By number of children: until each has written something, and the memory of the node.</summary>
    public static IEnumerable<string> Children(MedianRows medians)
    {
        foreach (string mode in medians.Values("time_to_first_output", _ => true, o => o.Mode))
        {
            IReadOnlyList<SummaryRow> rows = [.. medians.All("time_to_first_output", o => o.Mode == mode).OrderBy(r => r.Point.Children)];
            foreach (SummaryRow row in rows)
            {
                string memory = medians.Find("destination_memory_bytes", o => o.Mode == mode && o.Children == row.Point.Children) is { } peak
                    ? string.Create(CultureInfo.InvariantCulture, $"; the node and its pager then had {peak.Interval.Median / (1 << 20):0} MiB")
                    : "";
                yield return $"{mode}, {row.Point.Children} {(row.Point.Children == 1 ? "child" : "children")}: {Time(row)} until every one had written something{memory}.";
            }

            if (rows.Count > 1)
            {
                double each = (rows[^1].Interval.Median - rows[0].Interval.Median) / (rows[^1].Point.Children - rows[0].Point.Children);
                yield return $"{mode}: a further child took {Time(Math.Max(0, each))}, where the first took {Time(rows[0])}.";
            }
        }
    }

    private static string Count(MedianRows medians, string metric, Func<Observation, bool> fits) =>
        medians.Find(metric, fits) is { } row ? row.Interval.Median.ToString("0", CultureInfo.InvariantCulture) : "an unknown number of";
}

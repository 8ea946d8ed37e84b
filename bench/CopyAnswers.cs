using System.Globalization;
using static QuicWasm.Bench.MedianRows;

namespace QuicWasm.Bench;

/// <summary>Sentences on granularities and modes.</summary>
internal static class CopyAnswers
{
    private const string Downtime = "downtime", AfterMove = "time_after_move";

    /// <summary>For each mode and memory size, the granularity with the shortest downtime, and what the others take.</summary>
    public static IEnumerable<string> Granularities(MedianRows medians)
    {
        foreach ((string mode, bool eager) in new[] { ("no-cow", false), ("cow", true), ("cow", false) })
        {
            bool Fits(Observation o) => o.Method == Methods.Migrate && o.Warm && o.Mode == mode && o.EagerMemory == eager;
            foreach (int? mib in medians.Values(Downtime, Fits, o => o.MemoryMib))
            {
                SummaryRow[] sorted = [.. medians.All(Downtime, o => Fits(o) && o.MemoryMib == mib).OrderBy(r => r.Interval.Median)];
                if (sorted.Length >= 2)
                {
                    yield return $"{Name(mode, eager)}, {mib} MiB: {Winners(sorted)}; {string.Join(", ", sorted.Select(r => $"{r.Point.Granularity} {Time(r)}"))}.";
                }
            }
        }
    }

    /// <summary>By memory size: downtime of both modes with pages, and what a cold start and a file take.</summary>
    public static IEnumerable<string> CowByMemory(MedianRows medians)
    {
        foreach (int? mib in medians.Values(Downtime, o => o.Method == Methods.Migrate, o => o.MemoryMib))
        {
            SummaryRow? Find(string mode, bool warm) => medians.Find(
                Downtime, o => o.Method == Methods.Migrate && o.MemoryMib == mib && o.Granularity == "page" && o.Mode == mode && !o.EagerMemory && o.Warm == warm);
            if (Find("cow", true) is { } cow && Find("no-cow", true) is { } noCow)
            {
                string cold = Find("cow", false) is { } coldCow && Find("no-cow", false) is { } coldNoCow
                    ? $"; between processes that have just started {Time(coldCow)} and {Time(coldNoCow)}"
                    : "";
                yield return $"{mib} MiB as pages are down for {Time(cow)} in cow and {Time(noCow)} in no-cow, {Ratio(noCow, cow)} as long{cold}.{Baselines(medians, mib)}";
            }
        }
    }

    /// <summary>By what is touched: from the order to move to the program's end, in both modes, and where cow stops paying.</summary>
    public static IEnumerable<string> CowByTouch(MedianRows medians)
    {
        var pays = new List<double>();
        var paysNot = new List<double>();
        foreach (double touch in medians.Values(AfterMove, o => o.Method == Methods.Migrate && o.TouchRatio is not null, o => o.TouchRatio!.Value))
        {
            SummaryRow? Find(string mode) => medians.Find(
                AfterMove, o => o.Method == Methods.Migrate && o.TouchRatio == touch && o.Granularity == "page" && o.Mode == mode && !o.EagerMemory);
            if (Find("cow") is not { } cow || Find("no-cow") is not { } noCow)
            {
                continue;
            }

            (cow.Interval.Median < noCow.Interval.Median ? pays : paysNot).Add(touch);
            string oracle = medians.Find(AfterMove, o => o.Method == Methods.Oracle && o.TouchRatio == touch) is { } known ? $", with an oracle {Time(known)}" : "";
            yield return $"{Percent(touch)} touched: from the order to move to the program's end {Time(cow)} in cow, {Time(noCow)} in no-cow ({Ratio(cow, noCow)}){oracle}.";
        }

        if (pays.Count > 0 || paysNot.Count > 0)
        {
            yield return paysNot.Count == 0 ? "Fetching each page when it is touched pays for everything that was measured."
                : pays.Count == 0 ? $"Fetching each page by itself, without anything ahead of it, does not pay, even at {Percent(paysNot.Min())}: each fault waits for a round trip."
                : $"Fetching each page by itself pays up to {Percent(pays.Max())}, and no longer at {Percent(paysNot.Where(t => t > pays.Min()).DefaultIfEmpty(paysNot.Max()).Min())}.";
        }
    }

    private static string Winners(SummaryRow[] sorted)
    {
        string[] others = [.. sorted.Skip(1).Where(r => !IsLess(sorted[0], r)).Select(r => r.Point.Granularity)];
        return others.Length == 0
            ? $"{sorted[0].Point.Granularity} wins"
            : $"{sorted[0].Point.Granularity} is shortest, not told apart from {string.Join(", ", others)}";
    }

    private static string Baselines(MedianRows medians, int? mib)
    {
        (string Method, string Name)[] methods =
        [
            (Methods.Migrate, "moved in no-cow"), (Methods.File, "through a file"), (Methods.ColdStart, "run again from its beginning"),
            (Methods.Criu, "moved by CRIU"), (Methods.CriuLazy, "moved by CRIU lazily"),
        ];
        string[] gaps =
        [
            .. methods.Select(m => (m.Name, Row: medians.Find(
                "output_gap", o => o.Method == m.Method && o.Warm == (m.Method == Methods.Migrate) && o.MemoryMib == mib && o.Granularity == "page" && o.Mode == "no-cow")))
                .Where(m => m.Row is not null).Select(m => $"{m.Name} {Time(m.Row!)}"),
        ];
        return gaps.Length > 1 ? $" Without new output for: {string.Join(", ", gaps)}." : "";
    }

    private static string Name(string mode, bool eager) => mode == "no-cow" ? "no-cow" : eager ? "cow with memory first" : "cow with memory on demand";

    private static string Percent(double part) => string.Create(CultureInfo.InvariantCulture, $"{part * 100:0.#}%");
}

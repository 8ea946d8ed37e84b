using System.Globalization;
using static QuicWasm.Bench.MedianRows;

namespace QuicWasm.Bench;

/// <summary>Sentences on transports.</summary>
internal static class TransportAnswers
{
    private const string Downtime = "downtime", AfterMove = "time_after_move";

    private static readonly string[] Transports = ["tcp", "tls", "quic"];

    /// <summary>On a clean link: downtime, and what each transport takes of the processors.</summary>
    public static IEnumerable<string> Clean(MedianRows medians)
    {
        foreach (string granularity in medians.Values(Downtime, _ => true, o => o.Granularity))
        {
            SummaryRow?[] all = [.. Transports.Select(t => medians.Find(Downtime, o => Fits(o, t, granularity)))];
            if (all is not [{ } tcp, { } tls, { } quic])
            {
                continue;
            }

            yield return $"Clean link, {granularity}: down for {Time(tcp)} over TCP, {Time(tls)} over TLS, {Time(quic)} over QUIC; QUIC takes {Ratio(quic, tcp)} TCP's, {Ratio(quic, tls)} TLS's.";
        }

        string[] seconds =
        [
            .. Transports.Select(t => (Name: t, Seconds: Seconds(medians, o => Fits(o, t, "page")))).Where(t => t.Seconds is not null)
                .Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Name} {t.Seconds:0.00} s")),
        ];
        if (seconds.Length > 1)
        {
            yield return $"Why: nothing is lost there, so what counts is the processors' work. Both nodes together, program included, took {string.Join(", ", seconds)} of processor time with pages.";
        }
    }

    /// <summary>By round trip and loss: pages over each transport, and how far loss slows each down.</summary>
    public static IEnumerable<string> Lossy(MedianRows medians)
    {
        foreach ((string mode, string metric, string what) in new[]
        {
            ("no-cow", Downtime, "down for"), ("cow", AfterMove, "from the order to move to the program's end"),
        })
        {
            foreach (string prefetch in medians.Values(metric, o => o.Mode == mode, o => o.Prefetch))
            {
                bool Fits(Observation o) => o.Mode == mode && o.Granularity == "page" && o.Prefetch == prefetch;
                string name = prefetch == "none" ? mode : $"{mode} with {prefetch}";
                foreach (double rtt in medians.Values(metric, Fits, o => o.RttMs))
                {
                    foreach (string sentence in AtRoundTrip(medians, metric, o => Fits(o) && o.RttMs == rtt, $"{name}, {rtt.ToString(CultureInfo.InvariantCulture)} ms", what))
                    {
                        yield return sentence;
                    }
                }
            }
        }
    }

    private static IEnumerable<string> AtRoundTrip(MedianRows medians, string metric, Func<Observation, bool> fits, string name, string what)
    {
        IReadOnlyList<double> losses = medians.Values(metric, fits, o => o.Loss);
        foreach (double loss in losses)
        {
            SummaryRow?[] best = [.. Transports.Select(t => Best(medians, metric, o => fits(o) && o.Transport == t && o.Loss == loss))];
            if (best is [{ } tcp, { } tls, { } quic])
            {
                yield return $"{name}, loss {Percent(loss)}: {what} {Time(tcp)} over TCP, {Time(tls)} over TLS, {Time(quic)} over QUIC ({Verdict(quic, tcp, tls)}).";
            }
        }

        if (losses.Count > 1)
        {
            string[] growth =
            [
                .. Transports.Select(t => (Name: t, Clean: Best(medians, metric, o => fits(o) && o.Transport == t && o.Loss == losses[0]), Lossy: Best(medians, metric, o => fits(o) && o.Transport == t && o.Loss == losses[^1])))
                    .Where(t => t.Clean is not null && t.Lossy is not null)
                    .Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Name} {t.Lossy!.Interval.Median / t.Clean!.Interval.Median:0.00} times")),
            ];
            if (growth.Length > 1)
            {
                yield return $"{name}: from loss {Percent(losses[0])} to {Percent(losses[^1])} it takes {string.Join(", ", growth)} as long.";
            }

            string[] faults =
            [
                .. Transports.Select(t => (Name: t, Half: Best(medians, "fault_p50", o => fits(o) && o.Transport == t && o.Loss == losses[^1]), Most: Best(medians, "fault_p99", o => fits(o) && o.Transport == t && o.Loss == losses[^1])))
                    .Where(t => t.Half is not null && t.Most is not null)
                    .Select(t => $"{t.Name} {Time(t.Half!)} and {Time(t.Most!)}"),
            ];
            if (faults.Length > 1)
            {
                yield return $"Why: a page that is waited for takes, at loss {Percent(losses[^1])}, in half of the cases at most, and in 99 of 100 at most: {string.Join("; ", faults)}.";
            }
        }
    }

    // Each transport with the number of streams that suits it best.
    private static SummaryRow? Best(MedianRows medians, string metric, Func<Observation, bool> fits) => medians.All(metric, fits).MinBy(r => r.Interval.Median);

    private static string Verdict(SummaryRow quic, SummaryRow tcp, SummaryRow tls) => (IsLess(quic, tcp), IsLess(quic, tls), IsLess(tcp, quic) || IsLess(tls, quic)) switch
    {
        (true, true, _) => "QUIC wins",
        (false, true, false) => "QUIC wins over TLS, and is not told apart from TCP",
        (_, _, true) => "QUIC loses",
        _ => "not told apart",
    };

    private static bool Fits(Observation o, string transport, string granularity) =>
        o.Method == Methods.Migrate && o.Transport == transport && o.Granularity == granularity && o.Mode == "no-cow" && o.Streams == 1;

    private static double? Seconds(MedianRows medians, Func<Observation, bool> fits) =>
        medians.Find("source_processor_seconds", fits)?.Interval.Median + medians.Find("destination_processor_seconds", fits)?.Interval.Median;

    private static string Percent(double part) => string.Create(CultureInfo.InvariantCulture, $"{part * 100:0.##}%");
}

using System.CommandLine;

namespace QuicWasm.Bench;

/// <summary><c>bench push</c>: which part of a link's rate the background push keeps while the program faults all the time, and what faults take meanwhile.</summary>
internal static class PushCommand
{
    private const int Pages = 16384;

    /// <summary>The command.</summary>
    public static Command Make()
    {
        var rate = new Option<double>("--rate") { Description = "Rate of the emulated link in Mbit/s; 0: loopback", DefaultValueFactory = _ => 200 };
        var rtt = new Option<double>("--rtt") { Description = "Its round trip in ms", DefaultValueFactory = _ => 2 };
        var repetitions = new Option<int>("--repetitions") { Description = "How often each is measured, in turn", DefaultValueFactory = _ => 3 };
        var command = new Command("push", "Measures background push with and without faults (an emulated link needs root)") { rate, rtt, repetitions };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new LinkSettings { RateMbit = parsed.GetValue(rate), RttMs = parsed.GetValue(rate) == 0 ? 0 : parsed.GetValue(rtt) },
            Math.Max(1, parsed.GetValue(repetitions)), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(LinkSettings link, int repetitions, CancellationToken cancellationToken)
    {
        await using var links = new LinkPool(seed: 1);
        Route route = await links.RouteAsync(LinkKinds.Auto, link, cancellationToken);
        using LazyRun quiet = await LazyRun.FreezeAsync(new LazyProgram { Pages = Pages, Naps = 200 }, cancellationToken);
        using LazyRun busy = await LazyRun.FreezeAsync(new LazyProgram { Pages = Pages, Touches = Pages * 8 }, cancellationToken);
        var alone = new List<IReadOnlyDictionary<string, double>>();
        var under = new List<IReadOnlyDictionary<string, double>>();
        var demanded = new List<IReadOnlyDictionary<string, double>>();
        for (int i = 0; i < repetitions; i++)
        {
            alone.Add((await quiet.ResumeAsync(route, ["--prefetch", "push"], null, cancellationToken)).Report);
            under.Add((await busy.ResumeAsync(route, ["--prefetch", "push"], null, cancellationToken)).Report);
            demanded.Add((await busy.ResumeAsync(route, [], null, cancellationToken)).Report);
        }

        double free = Medians.Of(alone.Select(PushedMbit)), pressed = Medians.Of(under.Select(PushedMbit));
        Console.WriteLine($"link: {link}");
        Console.WriteLine(FormattableString.Invariant($"pushed without faults: {free:0.0} Mbit/s; under faults: {pressed:0.0} Mbit/s, {pressed / free * 100:0}% of that{OfRate(link, pressed)}"));
        Console.WriteLine(FormattableString.Invariant(
            $"faults: {Medians.Of(under.Select(static r => r["faults"]))} of {Pages} pages; P50 {Ms(under, "fault_p50_ns"):0.00} ms, P99 {Ms(under, "fault_p99_ns"):0.00} ms; without a push P50 {Ms(demanded, "fault_p50_ns"):0.00} ms, P99 {Ms(demanded, "fault_p99_ns"):0.00} ms"));
        return 0;
    }

    private static string OfRate(LinkSettings link, double pressed) =>
        link.RateMbit == 0 ? "" : FormattableString.Invariant($", {pressed / link.RateMbit * 100:0}% of the link's rate");

    private static double Ms(IEnumerable<IReadOnlyDictionary<string, double>> reports, string name) => Medians.Of(reports.Select(r => r[name])) / 1e6;

    private static double PushedMbit(IReadOnlyDictionary<string, double> report) =>
        report["prefetched_bytes"] * 8e3 / (report["time_to_all_ns"] - report["time_to_first_instruction_ns"]);
}

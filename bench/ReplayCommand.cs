using System.CommandLine;
using System.Diagnostics;

namespace QuicWasm.Bench;

/// <summary><c>bench replay</c>: what a recorded working set saves a second program of the same image that gets other input.</summary>
internal static class ReplayCommand
{
    private static readonly LazyProgram Program = new() { Pages = 16384, Touches = 2500, SeededTouches = 100 };

    /// <summary>The command.</summary>
    public static Command Make()
    {
        var repetitions = new Option<int>("--repetitions") { Description = "How often it is resumed with and without", DefaultValueFactory = _ => 5 };
        var command = new Command("replay", "Measures working-set replay: recorded with one input, replayed with others") { repetitions };
        command.SetAction((parsed, cancellationToken) => RunAsync(Math.Max(1, parsed.GetValue(repetitions)), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int repetitions, CancellationToken cancellationToken)
    {
        using LazyRun run = await LazyRun.FreezeAsync(Program, cancellationToken);
        await run.ResumeAsync(Route.Loopback, ["--record-working-set", "10000"], "recorded", cancellationToken);
        var without = new List<(double Faults, double Ms)>();
        var with = new List<(double Faults, double Ms)>();
        for (int i = 0; i < repetitions; i++)
        {
            string seed = $"{i,8}";
            without.Add(await MeasureAsync(run, "none", seed, cancellationToken));
            with.Add(await MeasureAsync(run, "recorded", seed, cancellationToken));
        }

        double faults = Medians.Of(without.Select(static m => m.Faults)), left = Medians.Of(with.Select(static m => m.Faults));
        double ms = Medians.Of(without.Select(static m => m.Ms)), replayed = Medians.Of(with.Select(static m => m.Ms));
        Console.WriteLine(FormattableString.Invariant($"faults: {faults} without, {left} with the recorded working set: {(1 - (left / faults)) * 100:0.0}% fewer"));
        Console.WriteLine(FormattableString.Invariant($"time to first result: {ms:0.0} ms without, {replayed:0.0} ms with: {ms / replayed:0.00} times as fast (medians of {repetitions}, in turn)"));
        return 0;
    }

    private static async Task<(double Faults, double Ms)> MeasureAsync(LazyRun run, string prefetch, string seed, CancellationToken cancellationToken)
    {
        (IReadOnlyDictionary<string, double> report, IReadOnlyList<long> lines) = await run.ResumeAsync(
            Route.Loopback, ["--prefetch", prefetch], seed, cancellationToken);
        return (report["faults"], (report["time_to_first_instruction_ns"] / 1e6) + Stopwatch.GetElapsedTime(lines[0], lines[1]).TotalMilliseconds);
    }
}

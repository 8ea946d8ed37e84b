using System.CommandLine;

namespace QuicWasm.Bench;

/// <summary><c>bench replay</c>: what a recorded working set saves a second program of the same image that gets other input, at a node that stays up.</summary>
internal static class ReplayCommand
{
    private static readonly LazyProgram Program = new() { Pages = 16384, Touches = 2500, SeededTouches = 100, IsSeededByClock = true };

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
        await run.ResumeAsync(Route.Loopback, ["--record-working-set", "10000"], null, cancellationToken);

        // Faults are counted in processes of their own: counting costs, and the node that is measured does without.
        double faults = await FaultsAsync(run, "none", cancellationToken), left = await FaultsAsync(run, "recorded", cancellationToken);
        Console.WriteLine(FormattableString.Invariant($"faults: {faults} without, {left} with the recorded working set: {(1 - (left / faults)) * 100:0.0}% fewer"));

        using TemporaryFolder folder = new();
        (NodeProcess started, string endpoint) = await NodeProcess.StartNodeUnwatchedAsync(folder.Path, warmsItself: true, cancellationToken);
        await using NodeProcess node = started;
        int count = 0;
        var without = new List<(double First, double Lines)>();
        var with = new List<(double First, double Lines)>();
        for (int i = -1; i < repetitions; i++)
        {
            (double First, double Lines) plain = await MeasureAsync("none"), replayed = await MeasureAsync("recorded");
            if (i >= 0)
            {
                without.Add(plain);
                with.Add(replayed);
            }
        }

        (double before, double after) = (Result(without), Result(with));
        Console.WriteLine(FormattableString.Invariant(
            $"time to first result: {before:0.0} ms without, {after:0.0} ms with: {before / after:0.00} times as fast (medians of {repetitions}, in turn, after one of each)"));
        Console.WriteLine(FormattableString.Invariant(
            $"of that until the first instruction: {Medians.Of(without.Select(static m => m.First)):0.0} ms without, {Medians.Of(with.Select(static m => m.First)):0.0} ms with"));
        return 0;

        Task<(double, double)> MeasureAsync(string prefetch) =>
            run.ResumeAtAsync(node, endpoint, folder.Path, ++count, ["--prefetch", prefetch], cancellationToken);
    }

    private static double Result(IEnumerable<(double First, double Lines)> measured) => Medians.Of(measured.Select(static m => m.First + m.Lines));

    private static async Task<double> FaultsAsync(LazyRun run, string prefetch, CancellationToken cancellationToken) =>
        (await run.ResumeAsync(Route.Loopback, ["--prefetch", prefetch], null, cancellationToken)).Report["faults"];
}

using System.CommandLine;
using System.Diagnostics;

namespace QuicWasm.Bench;

/// <summary><c>bench present</c>: whether a lazily resumed program whose pages are all there is as fast as one that never moved.</summary>
internal static class PresentCommand
{
    private static readonly LazyProgram Program = new() { Pages = 16384, Touches = 65536, Computations = 100_000_000, MoreComputations = 300_000_000 };

    /// <summary>The command.</summary>
    public static Command Make()
    {
        var repetitions = new Option<int>("--repetitions") { Description = "How often each is run, in turn", DefaultValueFactory = _ => 7 };
        var command = new Command("present", "Compares a lazily resumed program, when all its pages have come, with an unmigrated one") { repetitions };
        command.SetAction((parsed, cancellationToken) => RunAsync(Math.Max(1, parsed.GetValue(repetitions)), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int repetitions, CancellationToken cancellationToken)
    {
        using LazyRun run = await LazyRun.FreezeAsync(Program, cancellationToken);
        var unmigrated = new List<IReadOnlyList<long>>();
        var resumed = new List<IReadOnlyList<long>>();
        for (int i = 0; i < repetitions; i++)
        {
            await using NodeProcess alone = run.Run();
            await alone.EndAsync(cancellationToken);
            unmigrated.Add(alone.OutputTimes);
            resumed.Add(await run.ResumeUnreportedAsync(Route.Loopback, ["--prefetch", "push"], null, cancellationToken));
        }

        Compare($"computing on {Program.Pages / 256} MiB as soon as all pages have been touched", 1);
        Compare("computing on", 2);
        return 0;

        void Compare(string what, int line)
        {
            double before = Medians.Of(unmigrated.Select(l => Seconds(l, line))), after = Medians.Of(resumed.Select(l => Seconds(l, line)));
            double ratio = Medians.Of(unmigrated.Zip(resumed, (u, r) => Seconds(r, line) / Seconds(u, line)));
            Console.WriteLine(FormattableString.Invariant(
                $"{what}: {before:0.000} s unmigrated, {after:0.000} s lazily resumed with all pages present: {after / before:0.000} times (medians of {repetitions}, in turn; median of the pairs {ratio:0.000})"));
        }
    }

    private static double Seconds(IReadOnlyList<long> lines, int line) => Stopwatch.GetElapsedTime(lines[line], lines[line + 1]).TotalSeconds;
}

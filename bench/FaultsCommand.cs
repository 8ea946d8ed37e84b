using System.CommandLine;
using System.Globalization;

namespace QuicWasm.Bench;

/// <summary><c>bench faults</c>: what a remote page fault takes, beside the two floors that a small C program measures in the same run.</summary>
internal static class FaultsCommand
{
    private const int Pages = 16384;
    private static readonly string[] Phases = ["", "_trap", "_queue", "_wire", "_read", "_install"];

    /// <summary>The command.</summary>
    public static Command Make()
    {
        var rounds = new Option<int>("--rounds") { Description = "Faults of each kind, at most 12000", DefaultValueFactory = _ => 6000 };
        var repetitions = new Option<int>("--repetitions") { Description = "How often everything is measured, in turn", DefaultValueFactory = _ => 5 };
        var command = new Command("faults", "Measures remote page faults of 4 KiB over tcp on this machine, and their floors (needs cc)") { rounds, repetitions };
        command.SetAction((parsed, cancellationToken) => RunAsync(Math.Clamp(parsed.GetValue(rounds), 100, 12_000), Math.Max(1, parsed.GetValue(repetitions)), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int rounds, int repetitions, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        string floors = Path.Combine(folder.Path, "floors");
        SystemCommand.Run("cc", "-O2", "-pthread", "-o", floors, Path.Combine(Repository.Root, "bench", "floors.c"));
        using LazyRun run = await LazyRun.FreezeAsync(new LazyProgram { Pages = Pages, Touches = rounds }, cancellationToken);
        var seen = new List<(IReadOnlyDictionary<string, double> Floors, IReadOnlyDictionary<string, double> Report, double MeanNs)>();
        for (int i = 0; i < repetitions; i++)
        {
            IReadOnlyDictionary<string, double> floor = Parse(SystemCommand.Run(floors, $"{rounds}"));
            (IReadOnlyDictionary<string, double> report, IReadOnlyList<long> lines) = await run.ResumeAsync(Route.Loopback, [], null, cancellationToken);
            seen.Add((floor, report, System.Diagnostics.Stopwatch.GetElapsedTime(lines[0], lines[1]).TotalNanoseconds / report["faults"]));
        }

        Print(seen);
        return 0;
    }

    private static void Print(List<(IReadOnlyDictionary<string, double> Floors, IReadOnlyDictionary<string, double> Report, double MeanNs)> seen)
    {
        double Floor(string name) => Medians.Of(seen.Select(s => s.Floors[name])) / 1e3;
        double Fault(string name) => Medians.Of(seen.Select(s => s.Report[name])) / 1e3;
        foreach (string kind in new[] { "userfault", "request" })
        {
            Line($"floor: {kind}", Floor($"{kind}_p50"), Floor($"{kind}_p99"));
        }

        Line("floors together", Floor("userfault_p50") + Floor("request_p50"), Floor("userfault_p99") + Floor("request_p99"));
        foreach (string phase in Phases)
        {
            Line(phase.Length == 0 ? "remote fault" : $"  {phase[1..]}", Fault($"fault{phase}_p50_ns"), Fault($"fault{phase}_p99_ns"));
        }

        Console.WriteLine(FormattableString.Invariant($"faults: {Medians.Of(seen.Select(s => s.Report["faults"]))}, seen by the program on average: {Medians.Of(seen.Select(s => s.MeanNs)) / 1e3:0.0} us each"));
        double ratio = Medians.Of(seen.Select(s => s.Report["fault_p50_ns"] / (s.Floors["userfault_p50"] + s.Floors["request_p50"])));
        Console.WriteLine(FormattableString.Invariant($"P50 over the floors together: {ratio:0.00} (median of {seen.Count})"));
    }

    private static void Line(string name, double p50, double p99) =>
        Console.WriteLine(FormattableString.Invariant($"{name,-18} P50 {p50,7:0.0} us  P99 {p99,7:0.0} us"));

    private static Dictionary<string, double> Parse(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(static l => l.Split(' ')).ToDictionary(static l => l[0], static l => double.Parse(l[1], CultureInfo.InvariantCulture));
}

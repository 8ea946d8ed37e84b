using System.CommandLine;
using Spectre.Console;

namespace QuicWasm.Bench;

/// <summary><c>bench compare FIRST SECOND</c>: whether a second run gives what the first gave.</summary>
internal static class CompareCommand
{
    private const string DefaultMetric = "downtime";
    private const double DefaultOverMs = 10, DefaultWithin = 0.1;

    /// <summary>The command.</summary>
    public static Command Make()
    {
        var first = new Argument<string>("first") { Description = "A question's folder of results, such as results/RUN/E1" };
        var second = new Argument<string>("second") { Description = "The same question's folder of another run" };
        var metric = new Option<string>("--metric") { Description = "Which metric's medians are compared", DefaultValueFactory = _ => DefaultMetric };
        var over = new Option<double>("--over") { Description = "Only points whose first median is over so many ms", DefaultValueFactory = _ => DefaultOverMs };
        var within = new Option<double>("--within") { Description = "Which part of the first median they may be apart", DefaultValueFactory = _ => DefaultWithin };
        var command = new Command("compare", "Compares the medians of two runs, point by point") { first, second, metric, over, within };
        command.SetAction(parsed =>
        {
            RunComparison comparison = RunComparison.Of(
                Read(parsed.GetRequiredValue(first)), Read(parsed.GetRequiredValue(second)), parsed.GetRequiredValue(metric), parsed.GetValue(over) * 1e6, parsed.GetValue(within));
            Print(AnsiConsole.Console, comparison);
            return comparison.Points.All(p => p.IsWithin) ? 0 : 1;
        });
        return command;
    }

    private static IReadOnlyList<Observation> Read(string folder)
    {
        string file = Path.Combine(Path.GetFullPath(folder, Repository.Root), ResultFolder.RowsFile);
        return File.Exists(file) ? ObservationCsv.Read(File.ReadAllText(file), file) : throw new HarnessException($"there is no {file}: give the folder of one question");
    }

    private static void Print(IAnsiConsole console, RunComparison comparison)
    {
        foreach (RunComparison.Point point in comparison.Points)
        {
            console.WriteLine(FormattableString.Invariant(
                $"{(point.IsWithin ? "  " : "! ")}{point.First / 1e6,9:f1} ms, then {point.Second / 1e6,9:f1} ms ({(point.Second / point.First) - 1,7:+0.0%;-0.0%}): {point.Name}"));
        }

        console.WriteLine(comparison.ToString());
    }
}

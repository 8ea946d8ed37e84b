using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace QuicWasm.Bench;

/// <summary><c>bench</c> without a further word: one workload, moved as the options say.</summary>
internal static class RunCommand
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    /// <summary>Adds its options to the root command.</summary>
    public static void AddTo(RootCommand root, string[] commandLine)
    {
        var options = new RunOptions();
        options.AddTo(root);
        root.SetAction((parsed, cancellationToken) => RunAsync(options, parsed, commandLine, cancellationToken));
    }

    private static async Task<int> RunAsync(RunOptions options, ParseResult parsed, string[] commandLine, CancellationToken cancellationToken)
    {
        IReadOnlyList<ExperimentPoint> points = options.Points(parsed);
        var results = new ResultFolder(options.Folder(parsed), commandLine);
        results.Finished();
        Capabilities capabilities = await Capabilities.AskAsync(cancellationToken);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        IReadOnlyList<Observation> rows = await SweepProgress.ShowAsync(console, async progress =>
        {
            const double estimatedSeconds = 3;
            await using var links = new LinkPool(seed: 1);
            var runner = new MigrationRunner(capabilities, links, Deadline);
            var measured = new List<Observation>();
            progress.Begin("run", 0, points.Count, estimatedSeconds);
            foreach (ExperimentPoint point in points)
            {
                MigrationOutcome outcome = await runner.RunAsync(point, cancellationToken);
                Observation[] own = [.. outcome.Rows(results.Name, "")];
                results.Append(own);
                measured.AddRange(own);
                progress.Done(outcome);
            }

            return (IReadOnlyList<Observation>)measured;
        });

        if (options.IsJson(parsed))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(rows, Format));
        }
        else
        {
            ResultTable.Print(AnsiConsole.Console, PointTable.Of(rows));
            AnsiConsole.WriteLine($"rows: {Path.GetRelativePath(Environment.CurrentDirectory, results.RowsPath)}");
        }

        return rows.Any(r => r.Metric == MigrationOutcome.FailedMetric) ? 1 : 0;
    }
}

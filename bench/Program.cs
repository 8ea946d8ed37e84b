using System.CommandLine;
using Spectre.Console;

namespace QuicWasm.Bench;

/// <summary>The experiment harness: <c>dotnet run -c Release --project bench -- --granularity page --transport tcp</c>.</summary>
internal static class Program
{
    private const int Failure = 1;
    private const int Usage = 2;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    private static async Task<int> Main(string[] arguments)
    {
        var options = new RunOptions();
        var root = new RootCommand("Moves running programs between two processes, and measures it. One run is one workload, frozen half way.");
        options.AddTo(root);
        root.Add(TransportCommand.Make());
        root.SetAction((parsed, cancellationToken) => RunAsync(options, parsed, arguments, cancellationToken));
        ParseResult parsed = root.Parse(arguments);
        int exitCode = await parsed.InvokeAsync();
        return parsed.Errors.Count > 0 ? Usage : exitCode;
    }

    private static async Task<int> RunAsync(RunOptions options, ParseResult parsed, string[] commandLine, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<ExperimentPoint> points = options.Points(parsed);
            var results = new ResultFolder(options.Folder(parsed), commandLine);
            var runner = new MigrationRunner(Deadline);
            var outcomes = new List<MigrationOutcome>();
            foreach (ExperimentPoint point in points)
            {
                Console.Error.WriteLine($"{outcomes.Count + 1} of {points.Count}: {point.Workload}, {point.Granularity}, {point.Mode}, {point.Transport}");
                MigrationOutcome outcome = await runner.RunAsync(point, cancellationToken);
                outcomes.Add(outcome);
                results.Append(outcome.Rows(results.Name));
            }

            ResultTable.Print(AnsiConsole.Console, outcomes);
            AnsiConsole.WriteLine($"rows: {Path.GetRelativePath(Environment.CurrentDirectory, results.RowsPath)}");
            return outcomes.TrueForAll(o => o.IsVerified) ? 0 : Failure;
        }
        catch (HarnessException e)
        {
            Console.Error.WriteLine(e.Message);
            return Failure;
        }
    }
}

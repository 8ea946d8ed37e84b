using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace QuicWasm.Bench;

/// <summary><c>bench sweep [FILE...]</c>: measures every point of one or more questions.</summary>
internal static class SweepCommand
{
    private const string DefinitionFile = "sweep.json";

    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    /// <summary>The command.</summary>
    public static Command Make(string[] commandLine)
    {
        var files = new Argument<string[]>("file") { Description = "Files sweep.json; without one, those of experiments/", Arity = ArgumentArity.ZeroOrMore, DefaultValueFactory = _ => [] };
        var experiments = new Option<string?>("--experiment") { Description = "Only these questions, such as E1,E3" };
        var quick = new Option<bool>("--quick") { Description = "Fewer values and repetitions, as each file says: minutes instead of hours" };
        var repetitions = new Option<int?>("--repetitions") { Description = "How often each point is measured, instead of what each file says" };
        var list = new Option<bool>("--list") { Description = "Says what would be measured, and how long it takes" };
        var resume = new Option<string?>("--continue") { Description = "A folder of results, of which what is missing is measured" };
        var output = new Option<string?>("--out") { Description = "Folder for the results; without it, one in results/ with the time as its name" };
        var json = new Option<bool>("--json") { Description = "Medians and intervals as JSON on the standard output, instead of tables" };
        var command = new Command("sweep", "Measures all points of questions, in a shuffled order, in fresh processes") { files, experiments, quick, repetitions, list, resume, output, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = Path.GetFullPath(
                parsed.GetValue(resume) ?? parsed.GetValue(output) ?? Path.Combine("results", TimeProvider.System.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)),
                Repository.Root);
            IReadOnlyList<SweepDefinition> sweeps = Chosen(
                parsed.GetValue(resume) is null ? Files(parsed.GetRequiredValue(files)) : Begun(folder), parsed.GetValue(experiments), parsed.GetValue(quick) && parsed.GetValue(resume) is null);
            sweeps = Repeated(sweeps, parsed.GetValue(repetitions));
            if (parsed.GetValue(list))
            {
                List(AnsiConsole.Console, sweeps);
                return 0;
            }

            return await RunAsync(sweeps, folder, parsed.GetValue(quick), parsed.GetValue(json), commandLine, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        IReadOnlyList<SweepDefinition> sweeps, string folder, bool isQuick, bool isJson, string[] commandLine, CancellationToken cancellationToken)
    {
        // All of them first, so that a run that is stopped in one knows of the others.
        foreach (SweepDefinition sweep in sweeps)
        {
            string own = Directory.CreateDirectory(Path.Combine(folder, sweep.Question)).FullName;
            await File.WriteAllTextAsync(Path.Combine(own, DefinitionFile), JsonSerializer.Serialize(sweep, Format) + "\n", cancellationToken);
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        var session = new SweepSession(await Capabilities.AskAsync(cancellationToken), isQuick);
        int failed = 0;
        try
        {
            foreach (SweepDefinition sweep in sweeps)
            {
                var results = new ResultFolder(Path.Combine(folder, sweep.Question), commandLine);
                failed += await SweepProgress.ShowAsync(console, p => new SweepRun(sweep, results, session).RunAsync(p, cancellationToken));
                Show(sweep, results, isJson);
            }
        }
        catch (Exception e) when ((e is OperationCanceledException or HarnessException) && cancellationToken.IsCancellationRequested)
        {
            // A terminal's signal also ends the processes of a run, whose words then tell nothing.
            console.WriteLine($"stopped; what is missing: sweep --continue {Relative(folder)}");
            return 1;
        }

        console.WriteLine($"results: {Relative(folder)}; {(failed == 0 ? "every new row is verified" : $"{failed} runs failed, and their rows say why")}");
        return failed == 0 ? 0 : 1;
    }

    private static void Show(SweepDefinition sweep, ResultFolder results, bool isJson)
    {
        if (!File.Exists(results.RowsPath))
        {
            // Every point was left out, and that has been said.
            return;
        }

        IReadOnlyList<Observation> rows = ObservationCsv.Read(File.ReadAllText(results.RowsPath), results.RowsPath);
        if (isJson)
        {
            var values = Summary.Of(rows).Select(r => new
            {
                dimensions = Summary.Dimensions.ToDictionary(d => JsonNamingPolicy.SnakeCaseLower.ConvertName(d.Name), d => d.GetValue(r.Point)),
                metric = r.Metric,
                unit = r.Unit,
                r.Interval.Count,
                r.Interval.Median,
                r.Interval.Low,
                r.Interval.High,
            });
            Console.Out.WriteLine(JsonSerializer.Serialize(new { sweep.Question, rows = values }, Format));
            return;
        }

        AnsiConsole.WriteLine($"{sweep.Question}: {sweep.Title}");
        ResultTable.Print(AnsiConsole.Console, PointTable.Of(rows));
    }

    private static void List(IAnsiConsole console, IReadOnlyList<SweepDefinition> sweeps)
    {
        TimeSpan total = default;
        foreach (SweepDefinition sweep in sweeps)
        {
            IReadOnlyList<ExperimentPoint> points = SweepPlan.Expand(sweep);
            int possible = points.Count(p => MissingHere.For(p) is null);
            var time = TimeSpan.FromSeconds(possible * sweep.Repetitions * sweep.EstimatedSeconds);
            total += time;
            console.WriteLine($"{sweep.Question}: {sweep.Title}: {possible} points, {sweep.Repetitions} times, about {SweepProgress.Text(time)}");
            foreach (ExperimentPoint point in points)
            {
                console.WriteLine(MissingHere.For(point) is { } reason ? $"  {point}: left out here: {reason}" : $"  {point}");
            }
        }

        console.WriteLine($"all in all about {SweepProgress.Text(total)} (minutes:seconds)");
    }

    private static IEnumerable<string> Files(string[] given) => given.Length > 0
        ? given
        : Directory.GetDirectories(Path.Combine(Repository.Root, "experiments")).Select(d => Path.Combine(d, DefinitionFile)).Where(File.Exists);

    private static IEnumerable<string> Begun(string folder) => Directory.Exists(folder)
        ? Directory.GetDirectories(folder).Select(d => Path.Combine(d, DefinitionFile)).Where(File.Exists)
        : throw new HarnessException($"there is no folder {folder} to go on with");

    private static SweepDefinition[] Chosen(IEnumerable<string> files, string? experiments, bool isQuick)
    {
        string[]? names = experiments?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        SweepDefinition[] all = [.. files.Select(SweepDefinition.Read).OrderBy(s => s.Question, StringComparer.Ordinal)];
        if (names?.Except(all.Select(s => s.Question)).FirstOrDefault() is { } unknown)
        {
            throw new HarnessException($"there is no question {unknown}; there are {string.Join(", ", all.Select(s => s.Question))}");
        }

        SweepDefinition[] chosen = [.. all.Where(s => names is null || names.Contains(s.Question)).Select(s => isQuick ? s.Quickened() : s)];
        return chosen.Length > 0 ? chosen : throw new HarnessException("there is no sweep.json to measure");
    }

    private static IReadOnlyList<SweepDefinition> Repeated(IReadOnlyList<SweepDefinition> sweeps, int? repetitions) => repetitions switch
    {
        null => sweeps,
        < 1 => throw new HarnessException($"--repetitions {repetitions}: 1 or more"),
        { } times => [.. sweeps.Select(s => s with { Repetitions = times })],
    };

    private static string Relative(string path) => Path.GetRelativePath(Environment.CurrentDirectory, path);
}

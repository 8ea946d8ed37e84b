using System.Diagnostics;
using System.Text.Json;

namespace QuicWasm.Bench;

/// <summary>
/// Runs a workload at a source process, moves it to a destination process half way, and checks that the two outputs together are
/// that of an unmigrated run.
/// </summary>
internal sealed class MigrationRunner(TimeSpan deadline)
{
    private readonly Dictionary<string, (IReadOnlyList<string> Lines, double Seconds)> _references = [];

    /// <summary>Measures one point. A failure is an outcome too.</summary>
    public async Task<MigrationOutcome> RunAsync(ExperimentPoint point, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(deadline);
        try
        {
            return await MigrateAsync(point, ending.Token);
        }
        catch (Exception e) when (e is HarnessException or IOException or JsonException)
        {
            return new MigrationOutcome(point, new Dictionary<string, (double, string)>(), IsVerified: false, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new MigrationOutcome(point, new Dictionary<string, (double, string)>(), IsVerified: false, $"not done within {deadline.TotalSeconds} s");
        }
    }

    private async Task<MigrationOutcome> MigrateAsync(ExperimentPoint point, CancellationToken cancellationToken)
    {
        Workload workload = Workload.Named(point.Workload);
        workload.EnsureBuilt();
        (IReadOnlyList<string> expected, double unmigratedSeconds) = await ReferenceAsync(workload, point.Arguments, cancellationToken);
        using var folder = new TemporaryFolder();
        string report = Path.Combine(folder.Path, "report.json");

        (IReadOnlyList<string> sourceKeys, IReadOnlyList<string> destinationKeys) = NodeKeys.Make(point.Transport, folder);

        long start = Stopwatch.GetTimestamp();
        await using NodeProcess source = NodeProcess.Start(
            ["run", .. sourceKeys, "--listen", $"{point.Transport}:127.0.0.1:0", .. RunArguments(workload, point.Arguments, folder)], Input(workload));
        string endpoint = await source.MessageAsync("quicwasm: listening on ", cancellationToken);
        await source.LinesAsync(expected.Count / 2, cancellationToken);
        await using NodeProcess destination = NodeProcess.Start(
            ["resume", endpoint, "--freeze", "--report", report, .. destinationKeys, .. ResumeArguments(point), .. FolderArguments(workload, folder)], Input(workload));
        await EndAsync(source, destination, expected.Count, cancellationToken);
        double total = Stopwatch.GetElapsedTime(start).TotalNanoseconds;

        bool isVerified = source.Output.Concat(destination.Output).SequenceEqual(expected) && destination.Output.Count > 0;
        Dictionary<string, (double, string)> metrics = ReadReport(report);
        metrics["time_to_finish"] = (total, "ns");
        metrics["unmigrated_time_to_finish"] = (unmigratedSeconds * 1e9, "ns");
        metrics["downtime"] = (metrics["time_to_first_instruction"].Item1 - metrics["time_to_connected"].Item1, "ns");
        return new MigrationOutcome(
            point, metrics, isVerified, isVerified ? null : "the output is not that of the unmigrated run");
    }

    // A destination that fails leaves a source that waits for another one: so the first failure is the run's.
    private static async Task EndAsync(NodeProcess source, NodeProcess destination, int expectedLines, CancellationToken cancellationToken)
    {
        Task[] ends = [source.EndAsync(cancellationToken), destination.EndAsync(cancellationToken)];
        Task first = await Task.WhenAny(ends);
        if (first == ends[0] && first.IsCompletedSuccessfully && source.Output.Count >= expectedLines)
        {
            throw new HarnessException("the program ended at its source before it could be frozen: give it more to do");
        }

        await first;
        await ends[first == ends[0] ? 1 : 0];
    }

    private static IEnumerable<string> ResumeArguments(ExperimentPoint point) =>
    [
        "--granularity", point.Granularity,
        "--mode", point.Mode,
        "--page-bytes", $"{point.PageBytes}",
        "--streams", $"{point.Streams}",
        "--compression", point.Compression,
        "--engine", point.Engine,
        .. point.EagerMemory ? new[] { "--eager-memory" } : [],
    ];

    private static string? Input(Workload workload) => workload.Stdin is null ? null : Path.Combine(Repository.Workloads, workload.Stdin);

    private static IEnumerable<string> RunArguments(Workload workload, IReadOnlyList<string> arguments, TemporaryFolder folder) =>
    [
        .. workload.Modules.SelectMany(m => new[] { "--module", $"{m.Key}={workload.PathOf(m.Value)}" }),
        .. FolderArguments(workload, folder),
        workload.PathOf(workload.Wasm),
        .. arguments,
    ];

    private static IEnumerable<string> FolderArguments(Workload workload, TemporaryFolder folder) =>
        workload.Folder is null ? [] : ["--dir", $"{Directory.CreateDirectory(Path.Combine(folder.Path, "guest")).FullName}::{workload.Folder}"];

    private static Dictionary<string, (double, string)> ReadReport(string file)
    {
        Dictionary<string, double> values = JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllBytes(file))!;
        return values.ToDictionary(v => v.Key.EndsWith("_ns", StringComparison.Ordinal) ? v.Key[..^3] : v.Key, v => (v.Value, UnitOf(v.Key)));
    }

    private static string UnitOf(string metric) =>
        metric.EndsWith("_ns", StringComparison.Ordinal) ? "ns" : metric.Contains("bytes", StringComparison.Ordinal) ? "bytes" : "count";

    // The unmigrated run is made once for each workload and arguments, and must itself give what is committed for them.
    private async Task<(IReadOnlyList<string> Lines, double Seconds)> ReferenceAsync(
        Workload workload, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        string key = $"{workload.Name} {string.Join(' ', arguments)}";
        if (_references.TryGetValue(key, out (IReadOnlyList<string> Lines, double Seconds) known))
        {
            return known;
        }

        using var folder = new TemporaryFolder();
        long start = Stopwatch.GetTimestamp();
        await using NodeProcess process = NodeProcess.Start(["run", .. RunArguments(workload, arguments, folder)], Input(workload));
        await process.EndAsync(cancellationToken);
        (IReadOnlyList<string> Lines, double Seconds) reference = (process.Output, Stopwatch.GetElapsedTime(start).TotalSeconds);
        if (arguments.SequenceEqual(workload.Args)
            && !reference.Lines.SequenceEqual(File.ReadLines(Path.Combine(Repository.Workloads, workload.Expected))))
        {
            throw new HarnessException($"the unmigrated run of {workload.Name} does not give {workload.Expected}");
        }

        _references[key] = reference;
        return reference;
    }
}

using System.Text.Json;

namespace QuicWasm.Bench;

/// <summary>The program is frozen half way and resumed at the destination.</summary>
internal static class MigrateMethod
{
    /// <summary>Runs it.</summary>
    public static async Task<RunResult> RunAsync(RunContext context, CancellationToken cancellationToken)
    {
        string report = Path.Combine(context.Folder.Path, "report.json");
        (IReadOnlyList<string> sourceKeys, IReadOnlyList<string> destinationKeys) = NodeKeys.Make(context.Point.Transport, context.Folder);
        await using NodeProcess destination = await context.StandByAsync(
            ["--freeze", "--report", report, .. destinationKeys, .. Options(context.Point)], cancellationToken);
        var result = new RunResult();
        (NodeProcess source, string endpoint) = await context.StartSourceAsync(sourceKeys, cancellationToken);
        await using NodeProcess ofSource = source;
        await source.LinesAsync(context.LinesAtSource, cancellationToken);
        destination.GiveLine(endpoint);
        await EndAsync(source, destination, context.Expected.Count, cancellationToken);

        int linesAtSource = source.Output.Count;
        if (destination.Output.Count == 0)
        {
            throw new HarnessException("the program wrote nothing at its destination: it was moved too late to show that it goes on");
        }

        result.Take(source, "source");
        result.Take(destination, "destination");
        result.End(linesAtSource);
        ReadReport(report, result);
        result.Set("downtime", result.Get("time_to_first_instruction") - result.Get("time_to_connected"), "ns");
        Floor(context.Point.Link, result);
        return result;
    }

    /// <summary>The time that the bytes that had to come need at least: their time at the link's rate, and one round trip.</summary>
    private static void Floor(LinkSettings link, RunResult result)
    {
        double bytes = result.Get("required_bytes") + result.Get("demanded_bytes");
        result.Set("floor", (link.RttMs * 1e6) + (link.RateMbit == 0 ? 0 : bytes * 8 / link.RateMbit * 1e3), "ns");
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

    private static IEnumerable<string> Options(ExperimentPoint point) =>
    [
        "--granularity", point.Granularity,
        "--mode", point.Mode,
        "--page-bytes", $"{point.GranuleBytes}",
        "--streams", $"{point.Streams}",
        .. point.EagerMemory ? new[] { "--eager-memory" } : [],
        .. point.Compression == "none" ? [] : new[] { Capabilities.CompressionOption, point.Compression },
        .. point.Prefetch == "none" ? [] : new[] { Capabilities.PrefetchOption, point.Prefetch },
    ];

    private static void ReadReport(string file, RunResult result)
    {
        foreach ((string name, double value) in JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllBytes(file))!)
        {
            bool isTime = name.EndsWith("_ns", StringComparison.Ordinal);
            result.Set(isTime ? name[..^3] : name, value, isTime ? "ns" : name.Contains("bytes", StringComparison.Ordinal) ? "bytes" : "count");
        }
    }
}

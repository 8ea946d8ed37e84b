using System.Diagnostics;

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
            ["--freeze", "--report", report, .. destinationKeys, .. MoveFigures.Options(context.Point)], cancellationToken);
        var result = new RunResult();
        (NodeProcess source, string endpoint) = await context.StartSourceAsync(sourceKeys, cancellationToken);
        await using NodeProcess ofSource = source;
        await source.LinesAsync(context.LinesAtSource, cancellationToken);
        long asked = Stopwatch.GetTimestamp();
        destination.GiveLine(endpoint);
        await EndAsync(source, destination, context.Expected.Count, cancellationToken);

        int linesAtSource = source.Output.Count;
        if (destination.Output.Count == 0)
        {
            throw new TooLateException();
        }

        result.Take(source, "source");
        result.Take(destination, "destination");
        result.End(linesAtSource);
        result.Set("time_after_move", Stopwatch.GetElapsedTime(asked, destination.OutputTimes[^1]).TotalNanoseconds, "ns");
        MoveFigures.Read(report, context.Point.Link, result);
        return result;
    }

    // A destination that fails leaves a source that waits for another one: so the first failure is the run's.
    private static async Task EndAsync(NodeProcess source, NodeProcess destination, int expectedLines, CancellationToken cancellationToken)
    {
        Task[] ends = [source.EndAsync(cancellationToken), destination.EndAsync(cancellationToken)];
        Task first = await Task.WhenAny(ends);
        if (first == ends[0] && first.IsCompletedSuccessfully && source.Output.Count >= expectedLines)
        {
            throw new TooLateException();
        }

        await first;
        await ends[first == ends[0] ? 1 : 0];
    }
}

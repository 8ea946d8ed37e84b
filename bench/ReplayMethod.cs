using System.Diagnostics;

namespace QuicWasm.Bench;

/// <summary>
/// A program that was frozen into a file is served, and resumed in fresh processes with the point's prefetch. What is recorded for <c>recorded</c> was
/// touched by an earlier program of the same image that got other input.
/// </summary>
internal static class ReplayMethod
{
    private const string RecordMs = "10000";
    private const string RecordedInput = "recorded";

    /// <summary>Runs it.</summary>
    public static async Task<RunResult> RunAsync(RunContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> keys = NodeKeys.MakeShared(context.Point.Transport, context.Folder);
        string image = Path.Combine(context.Folder.Path, "program.image");
        var result = new RunResult();
        await using NodeProcess frozen = context.StartProgram(context.Route.Source, "--freeze-after", $"{PagesWorkload.Program.FreezeAfter}", "--freeze-to", image);
        await frozen.EndAsync(cancellationToken);
        if (context.Point.Prefetch.Contains(Capabilities.RecordedPolicy, StringComparison.Ordinal))
        {
            RunContext recording = context with { Point = context.Point with { Prefetch = "none" } };
            await ResumeAsync(recording, image, keys, [OracleMethod.RecordOption, RecordMs], RecordedInput, new RunResult(), cancellationToken);
        }

        result.LinkBefore = context.Route.Link is null ? null : await context.Route.Link.CountersAsync(cancellationToken);
        await ResumeAsync(context, image, keys, [], $"{context.Point.Repetition,8}", result, cancellationToken);
        return result;
    }

    private static async Task ResumeAsync(
        RunContext context, string image, IReadOnlyList<string> keys, IEnumerable<string> options, string input, RunResult result, CancellationToken cancellationToken)
    {
        string report = Path.Combine(context.Folder.Path, "report.json");
        NodeSite site = context.Route.Source;
        await using NodeProcess node = NodeProcess.Start(
            site, ["serve", image, "--listen", $"{context.Point.Transport}:{site.Address}:0", .. context.OpenOptions(site), .. keys]);
        string endpoint = await node.MessageAsync(RunContext.Listening, cancellationToken);
        await using NodeProcess destination = await context.StandByAsync(["--report", report, .. keys, .. MoveFigures.Options(context.Point), .. options], cancellationToken);
        long asked = Stopwatch.GetTimestamp();
        destination.GiveLine(endpoint, input);
        await destination.EndAsync(cancellationToken);
        await node.EndAsync(cancellationToken);
        result.Take(destination, "destination");
        result.Use(node.Usage, "source", processorSecondsBefore: 0);
        result.End(linesAtSource: 0);
        result.Set("time_after_move", Stopwatch.GetElapsedTime(asked, destination.OutputTimes[^1]).TotalNanoseconds, "ns");
        MoveFigures.Read(report, context.Point.Link, result);
    }
}

using System.Diagnostics;

namespace QuicWasm.Bench;

/// <summary>
/// The program is frozen half way into a file at its source, which is served twice: the first program records everything that it touches, and for the
/// second all of that comes in one blob, ahead of everything else. Nobody can know so much in earnest: it is what prefetch could give at best.
/// </summary>
internal static class OracleMethod
{
    /// <summary>The option that has a memory node keep what is touched.</summary>
    public const string RecordOption = "--record-working-set";

    private const string WholeRunMs = "3600000";

    /// <summary>Runs it.</summary>
    public static async Task<RunResult> RunAsync(RunContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> keys = NodeKeys.MakeShared(context.Point.Transport, context.Folder);
        var result = new RunResult();
        await using FrozenFile frozen = await FrozenFile.MakeAsync(context, cancellationToken);
        await using ResidentNode destination = await ResidentNode.StartAsync(context, context.Route.Destination, "destination", keys, cancellationToken);
        await ResumeAsync(context, frozen.Image, destination, keys, [RecordOption, WholeRunMs], new RunResult(), cancellationToken);

        result.LinkBefore = context.Route.Link is null ? null : await context.Route.Link.CountersAsync(cancellationToken);
        double before = destination.Process.Usage.ProcessorSeconds;
        result.Take(frozen.Source, "source");
        string output = await ResumeAsync(context, frozen.Image, destination, keys, [Capabilities.PrefetchOption, Capabilities.RecordedPolicy], result, cancellationToken);
        result.Use(destination.Process.Usage, "destination", before);
        MoveFigures.Read(Path.ChangeExtension(output, ".json"), context.Point.Link, result);
        return result;
    }

    // Serves the image, has the destination resume it, and waits for the program's end; gives the file that it wrote to.
    private static async Task<string> ResumeAsync(
        RunContext context, string image, ResidentNode destination, IReadOnlyList<string> keys, IEnumerable<string> options, RunResult result, CancellationToken cancellationToken)
    {
        NodeSite site = context.Route.Source;
        await using NodeProcess node = NodeProcess.Start(
            site, ["serve", image, "--listen", $"{context.Point.Transport}:{site.Address}:0", .. context.OpenOptions(site), .. keys]);
        string endpoint = await node.MessageAsync(RunContext.Listening, cancellationToken);
        await using NodeProcess order = await destination.StandByAsync(keys, freezes: false, [.. MoveFigures.Options(context.Point), .. options], cancellationToken);
        using OutputFile output = OutputFile.Next(destination.Folder);
        long asked = Stopwatch.GetTimestamp();
        order.GiveLine(endpoint);
        string file = await ResidentNode.FileAsync(order, cancellationToken);
        await order.EndAsync(cancellationToken);
        await node.EndAsync(cancellationToken);
        output.End(file);
        result.Take(output);

        // Between its last line at the source and its first here all of it ran once: that gap says nothing.
        result.End(linesAtSource: 0);
        result.Set("time_after_move", Stopwatch.GetElapsedTime(asked, output.OutputTimes[^1]).TotalNanoseconds, "ns");
        return file;
    }
}

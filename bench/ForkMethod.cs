using System.Diagnostics;
using System.Globalization;

namespace QuicWasm.Bench;

/// <summary>The program is frozen half way into a file at its source, and many children are made of it at one node (<c>quicwasm fork</c>).</summary>
internal static class ForkMethod
{
    /// <summary>The command.</summary>
    public const string Command = "fork";

    private const int FewestPrograms = 16;

    /// <summary>Runs it.</summary>
    public static async Task<RunResult> RunAsync(RunContext context, CancellationToken cancellationToken)
    {
        int children = context.Point.Children;
        IReadOnlyList<string> keys = NodeKeys.MakeShared(context.Point.Transport, context.Folder);
        var result = new RunResult();
        await using FrozenFile frozen = await FrozenFile.MakeAsync(context, cancellationToken);
        await using ResidentNode node = await ResidentNode.StartAsync(
            context, context.Route.Destination, "destination", [.. keys, "--max-programs", $"{Math.Max(children, FewestPrograms)}"], cancellationToken);
        result.LinkBefore = context.Route.Link is null ? null : await context.Route.Link.CountersAsync(cancellationToken);
        result.Take(frozen.Source, "source");
        int linesAtSource = result.Output.Count;
        using var output = new OutputFolder(node.Folder, children);

        NodeSite site = context.Route.Source;
        long asked = Stopwatch.GetTimestamp();
        await using NodeProcess fork = NodeProcess.Start(
            site,
            [
                Command, frozen.Image, "--children", $"{children}", "--at", node.Endpoint, "--listen", $"{context.Point.Transport}:{site.Address}:0",
                .. context.OpenOptions(site), .. keys, .. MoveFigures.Options(context.Point),
            ]);
        Task end = fork.EndAsync(cancellationToken);
        Task<long> all = output.FirstOutputOfAllAsync(cancellationToken);
        if (await Task.WhenAny(all, end) == end)
        {
            // An end in order may come with the last output; one in failure says why.
            await end;
        }

        result.Set("time_to_first_output", Stopwatch.GetElapsedTime(asked, await all).TotalNanoseconds, "ns");
        result.Set("destination_memory_bytes", node.Process.Usage.MemoryBytes(), "bytes");
        await end;
        result.Set("time_to_last_end", Stopwatch.GetElapsedTime(asked).TotalNanoseconds, "ns");
        result.Use(node.Process.Usage, "destination", processorSecondsBefore: 0);
        Take(output, context.Expected, linesAtSource, result);
        return result;
    }

    // Every child writes what the program would have written.
    private static void Take(OutputFolder output, IReadOnlyList<string> expected, int linesAtSource, RunResult result)
    {
        foreach (string file in output.Files)
        {
            if (!File.ReadLines(file).SequenceEqual(expected.Skip(linesAtSource)))
            {
                throw new HarnessException(string.Create(CultureInfo.InvariantCulture, $"a child did not write what the program would have written behind its line {linesAtSource}"));
            }
        }

        result.Take(expected.Skip(linesAtSource));
    }
}

using System.Diagnostics;

namespace QuicWasm.Bench;

/// <summary>What a migration is compared with.</summary>
internal static class BaselineMethods
{
    /// <summary>
    /// The program is killed half way, and run from its beginning at the destination, which has the module already. What it writes again on
    /// its way back to where it was is no news: the gap ends with the first line that the source did not write.
    /// </summary>
    public static async Task<RunResult> ColdStartAsync(RunContext context, CancellationToken cancellationToken)
    {
        var result = new RunResult();
        await using NodeProcess source = context.StartProgram(context.Route.Source);
        await source.LinesAsync(context.LinesAtSource, cancellationToken);
        await source.KillAsync();
        await using NodeProcess destination = context.StartProgram(context.Route.Destination);
        await destination.EndAsync(cancellationToken);
        int known = Math.Min(source.Output.Count, context.Expected.Count - 1);
        if (!destination.Output.Take(known).SequenceEqual(source.Output.Take(known)))
        {
            throw new HarnessException("the program does not write the same when it is run again: it cannot be compared");
        }

        result.Take(destination, "destination");
        long end = destination.OutputTimes[known];
        result.End(linesAtSource: 0);
        result.Set("output_gap", Stopwatch.GetElapsedTime(source.OutputTimes[known - 1], end).TotalNanoseconds, "ns");
        return result;
    }

    /// <summary>The program is frozen half way, its image fetched whole into a file at the destination, and resumed from that.</summary>
    public static async Task<RunResult> FileAsync(RunContext context, CancellationToken cancellationToken)
    {
        string image = Path.Combine(context.Folder.Path, "program.image");
        (IReadOnlyList<string> sourceKeys, IReadOnlyList<string> destinationKeys) = NodeKeys.Make(context.Point.Transport, context.Folder);
        var result = new RunResult();
        (NodeProcess source, string endpoint) = await context.StartSourceAsync(sourceKeys, cancellationToken);
        await using NodeProcess ofSource = source;
        await source.LinesAsync(context.LinesAtSource, cancellationToken);
        long start = Stopwatch.GetTimestamp();
        await using (NodeProcess freeze = NodeProcess.Start(context.Route.Destination, ["freeze", endpoint, "-o", image, .. destinationKeys]))
        {
            await freeze.EndAsync(cancellationToken);
        }

        result.Set("time_to_file", Stopwatch.GetElapsedTime(start).TotalNanoseconds, "ns");
        result.Set("image_bytes", new FileInfo(image).Length, "bytes");
        await using NodeProcess destination = context.StartDestination(image);
        await destination.EndAsync(cancellationToken);
        await source.EndAsync(cancellationToken);
        int linesAtSource = source.Output.Count;
        result.Take(source, "source");
        result.Take(destination, "destination");
        result.End(linesAtSource);
        return result;
    }

    /// <summary>The program runs in one place; listening for a node that would move it, or not.</summary>
    public static async Task<RunResult> AloneAsync(RunContext context, CancellationToken cancellationToken)
    {
        var result = new RunResult();
        NodeProcess process;
        if (context.Point.Method == Methods.Listening)
        {
            (IReadOnlyList<string> keys, _) = NodeKeys.Make(context.Point.Transport, context.Folder);
            (process, _) = await context.StartSourceAsync(keys, cancellationToken);
        }
        else
        {
            process = context.StartProgram(context.Route.Source);
        }

        await using NodeProcess program = process;
        await program.EndAsync(cancellationToken);
        result.Take(program, "source");
        result.End(linesAtSource: 0);
        IReadOnlyList<long> times = program.OutputTimes;
        result.Set("time_of_second_half", Stopwatch.GetElapsedTime(times[context.LinesAtSource - 1], times[^1]).TotalNanoseconds, "ns");
        return result;
    }
}

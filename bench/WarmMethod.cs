using System.Diagnostics;

namespace QuicWasm.Bench;

/// <summary>
/// The program moves between two nodes that stay up, and have moved another program the same way before: so what a process needs for its
/// first migration (its own code is compiled, its pager starts) is no part of what is measured.
/// </summary>
internal static class WarmMethod
{
    // The first takes some tenths of a second, and touches some hundred pages. On a machine so slow that it has ended before it could be moved, those
    // behind it sleep in between.
    private static readonly (string Workload, string Arguments)[] WarmUps =
        [("kv", "--operations 2000000 --heap-mib 4 --touch 0.1"), ("sleeper", "--ms 100"), ("sleeper", "--ms 1000")];

    // How the program comes to its source: whole, and with nothing that it would have to ask its first home for.
    private static readonly ExperimentPoint Arrival = new() { Granularity = "instance" };

    /// <summary>Runs it.</summary>
    public static async Task<RunResult> RunAsync(RunContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> keys = NodeKeys.MakeShared(context.Point.Transport, context.Folder);
        (ResidentNode atSource, ResidentNode atDestination) = await Together.StartAsync(
            ResidentNode.StartAsync(context, context.Route.Source, "source", keys, cancellationToken),
            ResidentNode.StartAsync(context, context.Route.Destination, "destination", keys, cancellationToken));
        await using ResidentNode source = atSource, destination = atDestination;
        await WarmUpAsync(context, source, destination, keys, cancellationToken);

        var result = new RunResult { LinkBefore = context.Route.Link is null ? null : await context.Route.Link.CountersAsync(cancellationToken) };
        (double sourceBefore, double destinationBefore) = (source.Process.Usage.ProcessorSeconds, destination.Process.Usage.ProcessorSeconds);
        string output = await MoveAsync(context, source, destination, keys, result, cancellationToken);
        result.Use(source.Process.Usage, "source", sourceBefore);
        result.Use(destination.Process.Usage, "destination", destinationBefore);
        MoveFigures.Read(Path.ChangeExtension(output, ".json"), context.Point.Link, result);
        return result;
    }

    private static async Task WarmUpAsync(
        RunContext context, ResidentNode source, ResidentNode destination, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        foreach ((string workload, string arguments) in WarmUps)
        {
            ExperimentPoint point = context.Point with { Workload = workload, Arguments = arguments, HeapMib = null, Touch = null };
            RunContext warmUp = context with { Point = point, Workload = Workload.Named(workload), Arguments = point.ProgramArguments(), LinesAtSource = 1 };
            try
            {
                await MoveAsync(warmUp, source, destination, keys, new RunResult(), cancellationToken);
                return;
            }
            catch (HarnessException) when (workload != WarmUps[^1].Workload || arguments != WarmUps[^1].Arguments)
            {
                // RACE: it may have ended before it could be moved; the next has not. What is really wrong fails with the next as well.
            }
        }
    }

    /// <summary>
    /// Starts the program, has the source take it, and at the right line the destination take it from there; waits for its end. Gives the
    /// file that it wrote to at the destination.
    /// </summary>
    private static async Task<string> MoveAsync(
        RunContext context, ResidentNode source, ResidentNode destination, IReadOnlyList<string> keys, RunResult result, CancellationToken cancellationToken)
    {
        (NodeProcess toSource, NodeProcess toDestination) = await Together.StartAsync(
            source.StandByAsync(keys, freezes: true, MoveFigures.Options(Arrival), cancellationToken),
            destination.StandByAsync(keys, freezes: true, MoveFigures.Options(context.Point), cancellationToken));
        await using NodeProcess arrival = toSource, departure = toDestination;
        using OutputFile atSource = OutputFile.Next(source.Folder), atDestination = OutputFile.Next(destination.Folder);

        (NodeProcess first, string endpoint) = await context.StartSourceAsync(keys, cancellationToken);
        await using NodeProcess home = first;
        await home.LinesAsync(1, cancellationToken);
        arrival.GiveLine(endpoint);
        string fileAtSource = await ResidentNode.FileAsync(arrival, cancellationToken);
        await home.EndAsync(cancellationToken);
        Task ended = arrival.EndAsync(cancellationToken);
        if (await Task.WhenAny(atSource.LinesAsync(context.LinesAtSource - home.Output.Count, cancellationToken), ended) == ended)
        {
            throw new TooLateException();
        }

        long asked = Stopwatch.GetTimestamp();
        departure.GiveLine(source.Endpoint);
        string fileAtDestination;
        try
        {
            fileAtDestination = await ResidentNode.FileAsync(departure, cancellationToken);
        }
        catch (HarnessException) when (HasEnded(atSource, fileAtSource, context.Expected.Count - home.Output.Count))
        {
            throw new TooLateException();
        }

        await departure.EndAsync(cancellationToken);
        await ended;
        atSource.End(fileAtSource);
        atDestination.End(fileAtDestination);
        result.Take(home);
        result.Take(atSource);
        int linesAtSource = result.Output.Count;
        result.Take(atDestination);
        result.End(linesAtSource);
        result.Set("time_after_move", Stopwatch.GetElapsedTime(asked, atDestination.OutputTimes[^1]).TotalNanoseconds, "ns");
        return fileAtDestination;
    }

    // The node has no such program any more where the program has written all its lines there.
    private static bool HasEnded(OutputFile output, string file, int lines)
    {
        output.End(file);
        return output.Output.Count >= lines;
    }
}

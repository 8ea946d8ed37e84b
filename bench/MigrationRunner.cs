using System.Diagnostics;
using System.Text.Json;

namespace QuicWasm.Bench;

/// <summary>
/// Runs a workload in fresh processes, as a point says, and checks that its output is that of an unmigrated run, wherever it came from.
/// </summary>
internal sealed class MigrationRunner(Capabilities capabilities, LinkPool links, TimeSpan deadline)
{
    private const int Attempts = 3;

    private readonly Dictionary<string, (IReadOnlyList<string> Lines, double Seconds)> _references = [];

    /// <summary>Measures one point. A failure is an outcome too.</summary>
    public async Task<MigrationOutcome> RunAsync(ExperimentPoint point, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        MigrationOutcome outcome = await TryRunAsync(point, cancellationToken);

        // RACE: a terminal's signal also goes to the processes of the run, which then fail: that says nothing about the point.
        cancellationToken.ThrowIfCancellationRequested();
        return outcome with { Took = Stopwatch.GetElapsedTime(start) };
    }

    private async Task<MigrationOutcome> TryRunAsync(ExperimentPoint point, CancellationToken cancellationToken)
    {
        if ((capabilities.Refusal(point) ?? MissingHere.For(point)) is { } refusal)
        {
            return MigrationOutcome.Failed(point, refusal);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(deadline);
        try
        {
            point = point with { LinkKind = LinkPool.Resolve(point.LinkKind, point.Link, LinkNamespaces.Unavailable()) };
            return await MeasureAgainAsync(point, ending.Token);
        }
        catch (Exception e) when (e is HarnessException or IOException or JsonException)
        {
            return MigrationOutcome.Failed(point, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return MigrationOutcome.Failed(point, $"not done within {deadline.TotalSeconds} s");
        }
    }

    // A machine that does something else for a moment can be too late: that is the machine's fault. One that always is has too little to move.
    private async Task<MigrationOutcome> MeasureAgainAsync(ExperimentPoint point, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await MeasureAsync(point, cancellationToken);
            }
            catch (TooLateException) when (attempt < Attempts)
            {
                Console.Error.WriteLine($"{point}: the program ended before it could be moved; once more");
            }
        }
    }

    private async Task<MigrationOutcome> MeasureAsync(ExperimentPoint point, CancellationToken cancellationToken)
    {
        Workload workload = Workload.Named(point.Workload);
        workload.EnsureBuilt();
        IReadOnlyList<string> arguments = point.ProgramArguments();
        (IReadOnlyList<string> expected, double unmigratedSeconds) = await ReferenceAsync(point, workload, arguments, cancellationToken);
        Route route = await links.RouteAsync(point.LinkKind, point.Link, cancellationToken);
        using var folder = new TemporaryFolder();
        var context = new RunContext(point, workload, arguments, expected, route, folder);
        LinkCounters? before = route.Link is null ? null : await route.Link.CountersAsync(cancellationToken);
        RunResult result = await (point.Method switch
        {
            Methods.ColdStart => BaselineMethods.ColdStartAsync(context, cancellationToken),
            Methods.File => BaselineMethods.FileAsync(context, cancellationToken),
            Methods.Unmigrated or Methods.Listening => BaselineMethods.AloneAsync(context, cancellationToken),
            Methods.Oracle => OracleMethod.RunAsync(context, cancellationToken),
            Methods.Replay => ReplayMethod.RunAsync(context, cancellationToken),
            Methods.Fork => ForkMethod.RunAsync(context, cancellationToken),
            Methods.Criu or Methods.CriuLazy => CriuMethod.RunAsync(context, cancellationToken),
            _ when point.Warm => WarmMethod.RunAsync(context, cancellationToken),
            _ => MigrateMethod.RunAsync(context, cancellationToken),
        });
        string? doubt = route.Link is null
            ? null
            : LinkCheck.Add(result, await route.Link.CountersAsync(cancellationToken) - (result.LinkBefore ?? before!), point.Link);
        result.Set("unmigrated_time_to_finish", unmigratedSeconds * 1e9, "ns");
        bool isVerified = result.Output.SequenceEqual(expected);
        string? error = isVerified ? doubt : "the output is not that of the unmigrated run";
        return new MigrationOutcome(point, result.Metrics, error is null, error);
    }

    // The unmigrated run is made once for each engine, workload and arguments, and must itself give what is committed for them.
    private async Task<(IReadOnlyList<string> Lines, double Seconds)> ReferenceAsync(
        ExperimentPoint point, Workload workload, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        string key = $"{point.Engine} {workload.Name} {string.Join(' ', arguments)}";
        if (_references.TryGetValue(key, out (IReadOnlyList<string> Lines, double Seconds) known))
        {
            return known;
        }

        using var folder = new TemporaryFolder();
        long start = Stopwatch.GetTimestamp();
        await using NodeProcess process = new RunContext(point, workload, arguments, [], Route.Loopback, folder).StartProgram(NodeSite.Loopback);
        await process.EndAsync(cancellationToken);
        (IReadOnlyList<string> Lines, double Seconds) reference = (process.Output, Stopwatch.GetElapsedTime(start).TotalSeconds);
        foreach ((string[] given, string file) in new[] { (workload.Args, workload.Expected), (workload.TestArgs, workload.TestExpected) })
        {
            if (arguments.SequenceEqual(given) && !reference.Lines.SequenceEqual(File.ReadLines(Path.Combine(Repository.Workloads, file))))
            {
                throw new HarnessException($"the unmigrated run of {workload.Name} does not give {file}");
            }
        }

        if (reference.Lines.Count < 2)
        {
            throw new HarnessException($"{workload.Name} writes {reference.Lines.Count} lines: there must be two, so that there is a half");
        }

        _references[key] = reference;
        return reference;
    }
}

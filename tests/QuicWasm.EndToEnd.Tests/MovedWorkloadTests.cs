using System.Collections.Concurrent;
using QuicWasm.Migration;
using QuicWasm.Transport;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>Every workload, moved at many safe points in every granularity, ends as if it had never moved.</summary>
public sealed class MovedWorkloadTests
{
    private const int Points = 50;

    private static readonly ConcurrentDictionary<string, (long SafePoints, string State)> References = new();

    public static TheoryData<string, string> WorkloadsAndGranularities()
    {
        var data = new TheoryData<string, string>();
        foreach (Workload workload in Workload.All)
        {
            foreach (ICopyGranularity granularity in CopyGranularity.All)
            {
                data.Add(workload.Name, granularity.Name);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(WorkloadsAndGranularities))]
    public Task Moved_at_fifty_safe_points_over_tcp_it_ends_as_if_it_had_not_moved(string workload, string granularity) =>
        MoveAsync(Workload.Named(workload), "tcp:127.0.0.1:0", new MigrationRequest { Granularity = CopyGranularity.Named(granularity).Granularity }, Points);

    [Theory]
    [MemberData(nameof(WorkloadsAndGranularities))]
    public Task Resumed_before_code_tables_globals_and_data_have_come_it_ends_as_if_it_had_not_moved(string workload, string granularity) =>
        MoveAsync(
            Workload.Named(workload),
            $"loopback:{workload}-{granularity}",
            new MigrationRequest
            {
                Granularity = CopyGranularity.Named(granularity).Granularity,
                Options = new GranularityOptions(Mode: CopyMode.Cow, EagerMemory: true),
            },
            points: 5);

    [Fact]
    public Task Moved_to_and_fro_a_hundred_times_it_ends_as_if_it_had_not_moved() =>
        MoveAsync(Workload.Named("kv"), "tcp:127.0.0.1:0", new MigrationRequest { Granularity = Granularity.Instance, Streams = 2 }, points: 100);

    private static async Task MoveAsync(Workload workload, string endpoint, MigrationRequest request, int points)
    {
        workload.BuildOrSkip();
        (long safePoints, string state) = References.GetOrAdd(workload.Name, _ => RunUnmoved(workload));
        TransportRegistry transports = TransportRegistry.CreateDefault();
        await using var node = new MemoryNode(new MemoryNodeOptions());
        TransportEndpoint listening = await node.ListenAsync(
            transports, TransportEndpoint.Parse(endpoint), TransportOptions.Default, TestContext.Current.CancellationToken);

        using var run = new WorkloadRun(workload);
        await run.RunMovingAsync(safePoints / (points + 1), program => run.MigrateAsync(program, node, transports, listening, request));

        // What was never touched is fetched for the digest, so the node is left only then.
        Assert.Equal(workload.TestOutput, run.Output);
        Assert.InRange(run.Moves, points, int.MaxValue);
        Assert.Equal(state, run.StateDigest());
        await run.LeaveAsync();
    }

    private static (long SafePoints, string State) RunUnmoved(Workload workload)
    {
        using var run = new WorkloadRun(workload);
        long safePoints = run.RunUnmoved();
        Assert.Equal(workload.TestOutput, run.Output);
        return (safePoints, run.StateDigest());
    }
}

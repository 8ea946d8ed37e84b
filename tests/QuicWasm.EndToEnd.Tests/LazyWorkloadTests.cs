using System.Collections.Concurrent;
using QuicWasm.Migration;
using QuicWasm.Transport;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>Every workload, resumed before its memory has come, ends as if it had never moved.</summary>
public sealed class LazyWorkloadTests(MemoryNodes nodes) : IDisposable
{
    private static bool IsFullMatrix => Environment.GetEnvironmentVariable("QUICWASM_MATRIX") == "1";

    private static int Points => IsFullMatrix ? 20 : 5;

    private static readonly ConcurrentDictionary<string, (long SafePoints, string State)> References = new();

    private readonly Pager _pager = Pagers.New(nodes.Keys);

    public static TheoryData<string, string> WorkloadsAndGranularities() => MovedWorkloadTests.WorkloadsAndGranularities();

    [Theory]
    [MemberData(nameof(WorkloadsAndGranularities))]
    public async Task Resumed_at_many_safe_points_with_nothing_but_the_skeleton_it_ends_as_if_it_had_not_moved(string workload, string granularity)
    {
        int faults = await MoveAsync(Workload.Named(workload), RequestOf(CopyGranularity.Named(granularity).Granularity), Points);

        // A module comes as a whole when its code is first called, which can be before it touches its memory.
        Assert.True(granularity == "module" || (granularity != "whole-binary") == (faults > 0), $"{faults} page faults");
    }

    [Theory]
    [InlineData(8192)]
    [InlineData(65536)]
    [InlineData(2 << 20)]
    public async Task Pages_of_any_length_come_when_they_are_touched(int pageBytes) =>
        Assert.True(await MoveAsync(Workload.Named("kv"), RequestOf(Granularity.Page, pageBytes), points: 3) > 0);

    public static TheoryData<string, string, string, string> Matrix()
    {
        var data = new TheoryData<string, string, string, string>();
        int number = 0;
        foreach (Workload workload in Workload.All)
        {
            foreach (string granularity in new[] { "page", "mixture", "instance", "module" })
            {
                foreach (string prefetch in new[] { "none", "read-ahead", "stack", "recorded", "push", "read-ahead+stack+recorded+push" })
                {
                    foreach (string transport in new[] { "tcp", "tls", "quic" })
                    {
                        // A number that is prime to the lengths of all dimensions samples each of them evenly.
                        if (IsFullMatrix || number++ % 31 == 0)
                        {
                            data.Add(workload.Name, granularity, prefetch, transport);
                        }
                    }
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task However_it_is_cut_fetched_ahead_and_carried_it_ends_as_if_it_had_not_moved(string workload, string granularity, string prefetch, string transport)
    {
        MigrationRequest request = RequestOf(CopyGranularity.Named(granularity).Granularity) with
        {
            Prefetch = PrefetchNames.Parse(prefetch),
            RecordTime = TimeSpan.FromMilliseconds(5),
        };
        await MoveAsync(Workload.Named(workload), request, IsFullMatrix ? Points : 3, transport);
    }

    public void Dispose() => _pager.Dispose();

    private static MigrationRequest RequestOf(Granularity granularity, int pageBytes = 4096) =>
        new() { Granularity = granularity, Options = new GranularityOptions(pageBytes, CopyMode.Cow) };

    private static (long SafePoints, string State) RunUnmoved(Workload workload)
    {
        using var run = new WorkloadRun(workload);
        long safePoints = run.RunUnmoved();
        Assert.Equal(workload.TestOutput, run.Output);
        return (safePoints, run.StateDigest());
    }

    // QUIC needs a library of the system's, which may not be there.
    private async Task SkipWithoutAsync(string transport)
    {
        try
        {
            await using ITransportListener listener = await TransportRegistry.CreateDefault().ListenAsync(
                TransportEndpoint.Parse($"{transport}:127.0.0.1:0"), nodes.Transport, TestContext.Current.CancellationToken);
        }
        catch (TransportException e) when (e.Error == TransportError.ProviderMissing)
        {
            Assert.SkipWhen(!Repository.Requires(transport), e.Message);
            throw;
        }
    }

    private async Task<int> MoveAsync(Workload workload, MigrationRequest request, int points, string transport = "tcp")
    {
        Pagers.SkipWithout();
        await SkipWithoutAsync(transport);
        workload.EnsureBuilt();
        (long safePoints, string state) = References.GetOrAdd(workload.Name, _ => RunUnmoved(workload));
        using var run = new WorkloadRun(workload);
        await run.RunMovingAsync(
            safePoints / (points + 1),
            program => run.MigrateLazilyAsync(program, image => nodes.ServeAsync(image, transport), request, _pager, nodes.Transport));

        Assert.Equal(workload.TestOutput, run.Output);
        Assert.InRange(run.Moves, points, int.MaxValue);
        Assert.Equal(state, run.StateDigest());
        await run.LeaveAsync();
        return run.PageFaults;
    }
}

namespace QuicWasm.Bench.Tests;

/// <summary>Whole runs between nodes that stay up.</summary>
public sealed class WarmRunTests
{
    [Theory]
    [InlineData("no-cow", "tcp")]
    [InlineData("cow", "tls")]
    public async Task A_program_that_moves_between_warm_nodes_writes_what_the_unmoved_one_writes(string mode, string transport)
    {
        var point = new ExperimentPoint { Warm = true, Mode = mode, Transport = transport, Workload = "sleeper", Arguments = "--ms 100", LinkKind = LinkKinds.Loopback };
        Assert.SkipWhen(MissingHere.For(point) is not null, MissingHere.For(point) ?? "");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using var links = new LinkPool(seed: 1);
        var runner = new MigrationRunner(await Capabilities.AskAsync(cancellationToken), links, TimeSpan.FromMinutes(4));
        MigrationOutcome outcome = await runner.RunAsync(point, cancellationToken);
        Assert.True(outcome.IsVerified, outcome.Error);
        Assert.True(outcome["downtime"] > 0 && outcome["output_gap"] >= outcome["downtime"] / 2 && outcome["time_after_move"] > 0);
        Assert.Equal(mode == "cow", outcome["faults"] > 0 || outcome["page_faults"] > 0);
        Assert.True(outcome["destination_processor_seconds"] > 0 && outcome["destination_peak_memory_bytes"] > 0);
    }
}

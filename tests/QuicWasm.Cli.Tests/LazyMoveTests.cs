using System.Diagnostics;
using System.Text.Json;
using QuicWasm.Migration;
using QuicWasm.Native;
using QuicWasm.Transport;

namespace QuicWasm.Cli.Tests;

/// <summary>Programs that run while their memory is still at the memory node, and what becomes of them when that, or the pager, goes away.</summary>
public sealed class LazyMoveTests : IDisposable
{
    private static readonly Workload Kv = Workload.Named("kv");

    private static readonly Workload Sleeper = Workload.Named("sleeper");

    // After the freeze it reads here and there in the heap for some seconds.
    private static readonly string[] Arguments = ["--heap-mib", "40", "--operations", "300000", "--touch", "1"];

    private readonly TempFolder _folder = new();

    public LazyMoveTests()
    {
        try
        {
            Userfault.Probe();
        }
        catch (NativeException e)
        {
            Assert.SkipUnless((Environment.GetEnvironmentVariable("QUICWASM_REQUIRE") ?? "").Split(',').Contains("uffd"), e.Message);
            throw;
        }
    }

    [Theory]
    [InlineData("page")]
    [InlineData("mixture")]
    [InlineData("instance")]
    [InlineData("module")]
    public async Task Two_processes_together_print_what_one_prints(string granularity)
    {
        using ChildCommand source = ChildCommand.Start(Sleeper.Run(["--listen", "tcp:127.0.0.1:0"], "", []));
        string endpoint = await source.SaysAsync("listening on ");
        CommandResult there = await ChildCommand.OfAsync("resume", "--freeze", "--mode", "cow", "--granularity", granularity, endpoint);
        CommandResult here = (await source.EndAsync()).AssertExit(0);
        Assert.Equal(Sleeper.Output, here.Output + there.AssertExit(0).Output);
    }

    [Theory]
    [InlineData("read-ahead")]
    [InlineData("stack")]
    [InlineData("push")]
    [InlineData("read-ahead+stack+recorded+push")]
    public async Task What_comes_ahead_changes_nothing_but_how_much_is_waited_for(string prefetch)
    {
        (ChildCommand source, TransportEndpoint endpoint, string before, Task<CommandResult> expected) = await ServeAsync();
        using (source)
        {
            string report = _folder.File("report.json");
            CommandResult there = await ChildCommand.OfAsync("resume", $"{endpoint}", "--mode", "cow", "--prefetch", prefetch, "--report", report);
            Assert.Equal((await expected).AssertExit(0).Output, before + there.AssertExit(0).Output);
            (await source.EndAsync()).AssertExit(0);
            Dictionary<string, double> metrics = JsonSerializer.Deserialize<Dictionary<string, double>>(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken))!;
            Assert.True(metrics["prefetched_bytes"] > 0, "nothing came ahead");
            Assert.True(metrics["prefetched_used_bytes"] > 0, "nothing that came ahead was used");
            Assert.InRange(metrics["faults"] * 4096, 0, metrics["image_bytes"]);

            // What is pushed can all be here, or be on its way, before it is touched.
            bool isPushed = prefetch.Contains("push", StringComparison.Ordinal);
            if (metrics["faults"] > 0 || !isPushed)
            {
                Assert.InRange(metrics["fault_p50_ns"], 1, metrics["fault_p99_ns"]);
                Assert.True(metrics["fault_trap_p50_ns"] > 0 && (metrics["fault_wire_p50_ns"] > 0 || isPushed));
            }
        }
    }

    [Fact]
    public async Task Without_rights_memory_comes_when_it_is_touched_all_the_same()
    {
        (ChildCommand source, TransportEndpoint endpoint, string before, Task<CommandResult> expected) = await ServeAsync();
        using (source)
        {
            using ChildCommand resumed = ChildCommand.StartWithoutRights(_folder.Name, "resume", $"{endpoint}", "--mode", "cow", "--prefetch", "stack");
            CommandResult there = await resumed.EndAsync();
            Assert.Equal((await expected).AssertExit(0).Output, before + there.AssertExit(0).Output);
        }
    }

    [Fact]
    public async Task What_was_touched_first_is_kept_beside_the_image_and_comes_as_one_the_next_time()
    {
        (ChildCommand source, TransportEndpoint endpoint, string before, Task<CommandResult> expected) = await ServeAsync();
        string report = _folder.File("report.json");
        string image = _folder.File("image");
        double[] faults = new double[2];
        using (source)
        {
            CommandResult there = await ChildCommand.OfAsync("resume", $"{endpoint}", "--mode", "cow", "--record-working-set", "600000", "--report", report);
            Assert.Equal((await expected).AssertExit(0).Output, before + there.AssertExit(0).Output);
            (await source.EndAsync()).AssertExit(0);
            faults[0] = await FaultsAsync(report);
        }

        Assert.True(File.Exists(WorkingSetFile.Of(image)));
        using ChildCommand again = ChildCommand.Start("serve", "--listen", "tcp:127.0.0.1:0", image);
        CommandResult second = await ChildCommand.OfAsync(
            "resume", await again.SaysAsync("listening on "), "--mode", "cow", "--prefetch", "recorded", "--report", report);
        Assert.Equal((await expected).Output, before + second.AssertExit(0).Output);
        faults[1] = await FaultsAsync(report);
        Assert.True(faults[1] < faults[0] / 2, $"{faults[0]} faults, then {faults[1]}");
    }

    [Fact]
    public async Task A_program_moves_on_while_pages_of_it_are_still_elsewhere()
    {
        using ChildCommand source = ChildCommand.Start(Sleeper.Run(["--listen", "tcp:127.0.0.1:0"], "", []));
        string endpoint = await source.SaysAsync("listening on ");
        using ChildCommand second = ChildCommand.Start("resume", "--freeze", "--mode", "cow", endpoint, "--listen", "tcp:127.0.0.1:0");
        string there = await second.SaysAsync("listening on ");
        CommandResult last = (await ChildCommand.OfAsync("resume", "--freeze", "--mode", "cow", there)).AssertExit(0);
        CommandResult middle = (await second.EndAsync()).AssertExit(0);
        CommandResult first = (await source.EndAsync()).AssertExit(0);
        Assert.Equal(Sleeper.Output, first.Output + middle.Output + last.Output);
    }

    [Fact]
    public async Task A_node_resumes_lazily_one_program_after_the_other()
    {
        using ChildCommand node = ChildCommand.Start("node", "--listen", "tcp:127.0.0.1:0", "--output-folder", _folder.Name);
        string there = await node.SaysAsync("listening on ");
        foreach (string granularity in new[] { "page", "mixture", "instance", "module" })
        {
            using ChildCommand source = ChildCommand.Start(Sleeper.Run(["--listen", "tcp:127.0.0.1:0"], "", ["--rounds", "8"]));
            string endpoint = await source.SaysAsync("listening on ");
            (await CommandResult.OfAsync("resume", endpoint, "--freeze", "--at", there, "--mode", "cow", "--granularity", granularity)).AssertExit(0);
            (await source.EndAsync()).AssertExit(0);
        }
    }

    [Fact]
    public async Task Without_the_memory_node_the_program_traps_within_the_deadline_and_says_whose_fault_it_is()
    {
        (ChildCommand source, TransportEndpoint endpoint, string before, Task<CommandResult> expected) = await ServeAsync();
        using (source)
        {
            using ChildCommand resumed = ChildCommand.Start("resume", $"{endpoint}", "--mode", "cow", "--fault-deadline", "1");
            await UntilCommittedAsync(endpoint);
            source.Signal("KILL");
            long killed = Stopwatch.GetTimestamp();
            CommandResult there = (await resumed.EndAsync()).AssertExit(ExitCode.Trap);
            Assert.InRange(Stopwatch.GetElapsedTime(killed).TotalSeconds, 0.5, 60);
            Assert.Contains("127.0.0.1", there.Error, StringComparison.Ordinal);
            Assert.Contains("has sent nothing for 1 s", there.Error, StringComparison.Ordinal);
            Assert.StartsWith(before + there.Output, (await expected).AssertExit(0).Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_memory_node_that_is_back_within_the_deadline_is_gone_on_with()
    {
        (ChildCommand source, TransportEndpoint endpoint, string before, Task<CommandResult> expected) = await ServeAsync();
        using (source)
        {
            using ChildCommand resumed = ChildCommand.Start("resume", $"{endpoint}", "--mode", "cow", "--fault-deadline", "30");
            await UntilCommittedAsync(endpoint);
            source.Signal("KILL");
            await source.EndAsync();
            using ChildCommand again = ChildCommand.Start("serve", "--listen", $"{endpoint}", _folder.File("image"));
            CommandResult there = (await resumed.EndAsync()).AssertExit(0);
            Assert.Equal((await expected).AssertExit(0).Output, before + there.Output);
        }
    }

    [Fact]
    public async Task Without_its_pager_the_program_traps_at_once()
    {
        (ChildCommand source, TransportEndpoint endpoint, string before, Task<CommandResult> expected) = await ServeAsync();
        using (source)
        {
            using ChildCommand resumed = ChildCommand.Start("resume", $"{endpoint}", "--mode", "cow");
            await UntilCommittedAsync(endpoint);
            ChildCommand.Signal("KILL", Assert.Single(resumed.Children));
            CommandResult there = (await resumed.EndAsync()).AssertExit(ExitCode.Trap);
            Assert.Matches("the pager of this node .* has ended", there.Error);
            Assert.StartsWith(before + there.Output, (await expected).AssertExit(0).Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_was_damaged_on_its_way_is_fetched_again()
    {
        (ChildCommand source, TransportEndpoint endpoint, string before, Task<CommandResult> expected) = await ServeAsync();
        using (source)
        {
            using SpoilingProxy proxy = new(endpoint.Port, 300_000);
            CommandResult there = await ChildCommand.OfAsync("resume", $"tcp:127.0.0.1:{proxy.Port}", "--mode", "cow", "--page-bytes", "8192");
            Assert.Equal(1, proxy.Spoiled);
            Assert.Equal((await expected).AssertExit(0).Output, before + there.AssertExit(0).Output);
        }
    }

    [Fact]
    public async Task What_is_damaged_twice_is_never_used()
    {
        (ChildCommand source, TransportEndpoint endpoint, string before, Task<CommandResult> expected) = await ServeAsync();
        using (source)
        {
            using SpoilingProxy proxy = new(endpoint.Port, 300_000, 5_000);
            CommandResult there = await ChildCommand.OfAsync("resume", $"tcp:127.0.0.1:{proxy.Port}", "--mode", "cow", "--page-bytes", "8192");
            there.AssertExit(ExitCode.Trap);
            Assert.Contains("checksum does not match", there.Error, StringComparison.Ordinal);
            Assert.StartsWith(before + there.Output, (await expected).AssertExit(0).Output, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<double> FaultsAsync(string report) =>
        JsonSerializer.Deserialize<Dictionary<string, double>>(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken))!["faults"];

    private static async Task UntilCommittedAsync(TransportEndpoint endpoint)
    {
        await using NodeClient client = await NodeClient.ConnectAsync(
            TransportRegistry.CreateDefault(), endpoint, new RunningNodeOptions(), TestContext.Current.CancellationToken);
        var clock = Stopwatch.StartNew();
        while (Assert.Single(await client.ListImagesAsync(TestContext.Current.CancellationToken)).State != ImageState.Committed)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), "the image is never taken");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    private async Task<(ChildCommand Source, TransportEndpoint Endpoint, string Before, Task<CommandResult> Expected)> ServeAsync()
    {
        Task<CommandResult> expected = ChildCommand.OfAsync(Kv.Run([], "", Arguments));
        CommandResult before = await ChildCommand.OfAsync(Kv.Run(["--freeze-after", "3000000", "--freeze-to", _folder.File("image")], "", Arguments));
        Assert.Contains("frozen to", before.AssertExit(0).Error, StringComparison.Ordinal);
        ChildCommand source = ChildCommand.Start("serve", "--listen", "tcp:127.0.0.1:0", _folder.File("image"));
        return (source, TransportEndpoint.Parse(await source.SaysAsync("listening on ")), before.Output, expected);
    }
}

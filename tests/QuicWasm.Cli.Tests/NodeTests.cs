using QuicWasm.Migration;

namespace QuicWasm.Cli.Tests;

/// <summary>quicwasm node: a process that stays up, and resumes programs that others order.</summary>
public sealed class NodeTests : IDisposable
{
    private static readonly Workload Sleeper = Workload.Named("sleeper");

    private static readonly Workload Recurse = Workload.Named("recurse");

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task A_node_resumes_one_program_after_the_other_and_stays_up()
    {
        using ChildCommand node = StartNode();
        string there = await node.SaysAsync("listening on ");
        foreach (string granularity in CopyGranularity.All.Select(g => g.Name))
        {
            (ChildCommand source, string endpoint, string before) = await ServeAsync(Recurse);
            using (source)
            {
                CommandResult ordered = (await CommandResult.OfAsync("resume", endpoint, "--at", there, "--granularity", granularity)).AssertExit(0);
                Assert.Equal(Recurse.TestOutput, before + OutputOf(ordered));
                (await source.EndAsync()).AssertExit(0);
            }
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(100_000)]
    public async Task A_node_that_warms_itself_up_takes_an_order_when_it_has_done_so_and_meanwhile(int moves)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a node warms itself up by mode cow, which is there on Linux");
        using ChildCommand node = StartNode("--warm-up", $"{moves}");
        string there = await node.SaysAsync("listening on ");
        if (moves < 10)
        {
            await node.SaysAsync($"moved a program to itself {moves} times");
        }

        (ChildCommand source, string endpoint, string before) = await ServeAsync(Recurse);
        using (source)
        {
            CommandResult ordered = (await CommandResult.OfAsync("resume", endpoint, "--at", there, "--mode", "cow")).AssertExit(0);
            Assert.Equal(Recurse.TestOutput, before + OutputOf(ordered));
            (await source.EndAsync()).AssertExit(0);
        }

        node.Signal("TERM");
        await node.EndAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_stands_by_for_a_node_is_connected_to_it_also_when_it_was_started_anew_meanwhile(bool isStartedAnew)
    {
        ChildCommand node = StartNode();
        try
        {
            string there = await node.SaysAsync("listening on ");
            using ChildCommand order = ChildCommand.StandBy("resume", "-", "--at", there);
            await order.SaysAsync("standing by");
            if (isStartedAnew)
            {
                node.Signal("TERM");
                await node.EndAsync();
                node.Dispose();
                node = ChildCommand.Start("node", "--listen", there, "--output-folder", _folder.Name, "--warm-up", "0");
                await node.SaysAsync("listening on ");
            }

            (ChildCommand source, string endpoint, string before) = await ServeAsync(Recurse);
            using (source)
            {
                order.GiveLine(endpoint);
                CommandResult ordered = (await order.EndAsync()).AssertExit(0);
                Assert.Equal(Recurse.TestOutput, before + OutputOf(ordered));
                (await source.EndAsync()).AssertExit(0);
            }
        }
        finally
        {
            node.Dispose();
        }
    }

    [Fact]
    public async Task A_running_program_is_moved_to_a_node_and_from_there_to_a_process()
    {
        using ChildCommand node = StartNode();
        string there = await node.SaysAsync("listening on ");
        using ChildCommand source = ChildCommand.Start(Sleeper.Run(["--listen", "tcp:127.0.0.1:0"], "", []));
        string endpoint = await source.SaysAsync("listening on ");
        using ChildCommand order = ChildCommand.Start("resume", endpoint, "--freeze", "--at", there);
        string file = (await order.SaysAsync("its output goes to ")).Replace(" there", "", StringComparison.Ordinal);
        (await CommandResult.OfAsync("freeze", there, "-o", _folder.File("image"))).AssertExit(0);
        CommandResult last = (await ChildCommand.OfAsync("resume", _folder.File("image"))).AssertExit(0);
        CommandResult first = (await source.EndAsync()).AssertExit(0);
        CommandResult ordered = (await order.EndAsync()).AssertExit(0);
        Assert.Contains("it was frozen", ordered.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("still open", first.Error, StringComparison.Ordinal);
        Assert.Equal(Sleeper.Output, first.Output + await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken) + last.Output);
    }

    [Fact]
    public async Task A_source_of_which_everything_was_fetched_is_let_go_when_the_program_moves_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory is fetched lazily on Linux");
        using ChildCommand node = StartNode();
        string there = await node.SaysAsync("listening on ");
        using ChildCommand source = ChildCommand.Start(Sleeper.Run(["--listen", "tcp:127.0.0.1:0"], "", []));
        using ChildCommand order = ChildCommand.Start(
            "resume", await source.SaysAsync("listening on "), "--freeze", "--at", there, "--mode", "cow", "--prefetch", "push");
        await order.SaysAsync("its output goes to ");
        (await CommandResult.OfAsync("freeze", there, "-o", _folder.File("image"))).AssertExit(0);
        (await source.EndAsync()).AssertExit(0);
        (await order.EndAsync()).AssertExit(0);
    }

    [Fact]
    public async Task A_node_that_is_to_report_leaves_times_and_counts_beside_each_programs_output()
    {
        using ChildCommand node = StartNode("--reports");
        string there = await node.SaysAsync("listening on ");
        (ChildCommand source, string endpoint, string before) = await ServeAsync(Recurse);
        using (source)
        {
            using ChildCommand order = ChildCommand.Start("resume", endpoint, "--at", there);
            string file = (await order.SaysAsync("its output goes to ")).Replace(" there", "", StringComparison.Ordinal);
            (await order.EndAsync()).AssertExit(0);
            Assert.Equal(Recurse.TestOutput, before + await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
            using var report = System.Text.Json.JsonDocument.Parse(
                await File.ReadAllTextAsync(Path.ChangeExtension(file, ".json"), TestContext.Current.CancellationToken));
            Assert.True(report.RootElement.GetProperty("time_to_first_instruction_ns").GetDouble() > 0);
            Assert.True(report.RootElement.GetProperty("required_bytes").GetDouble() > 0);
        }
    }

    [Fact]
    public async Task The_exit_code_of_an_ordered_program_is_passed_on_and_a_trap_is_told()
    {
        using ChildCommand node = StartNode();
        string there = await node.SaysAsync("listening on ");
        using ChildCommand exits = await ServeAsync(SmallModules.Exits(42));
        (await CommandResult.OfAsync("resume", await exits.SaysAsync("listening on "), "--at", there)).AssertExit(42);
        using ChildCommand traps = await ServeAsync(SmallModules.Traps);
        CommandResult trapped = (await CommandResult.OfAsync("resume", await traps.SaysAsync("listening on "), "--at", there)).AssertExit(134);
        Assert.Contains("trapped: unreachable", trapped.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_needs_to_wait_for_the_end()
    {
        using ChildCommand node = StartNode();
        string there = await node.SaysAsync("listening on ");
        (ChildCommand source, string endpoint, string before) = await ServeAsync(Recurse);
        using (source)
        {
            CommandResult ordered = (await CommandResult.OfAsync("resume", endpoint, "--at", there, "--detach")).AssertExit(0);
            await node.SaysAsync("ended with exit code 0");
            Assert.Equal(Recurse.TestOutput, before + OutputOf(ordered));
        }
    }

    [Fact]
    public async Task A_node_that_is_stopped_freezes_its_programs_to_files()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it is stopped by a signal");
        using ChildCommand node = StartNode();
        string there = await node.SaysAsync("listening on ");
        using ChildCommand source = ChildCommand.Start(Sleeper.Run(["--listen", "tcp:127.0.0.1:0"], "", []));
        CommandResult ordered = (await CommandResult.OfAsync("resume", await source.SaysAsync("listening on "), "--freeze", "--at", there, "--detach")).AssertExit(0);
        node.Signal("TERM");
        string image = await node.SaysAsync("is frozen to ");
        (await node.EndAsync()).AssertExit(0);
        CommandResult last = (await ChildCommand.OfAsync("resume", image)).AssertExit(0);
        Assert.Equal(Sleeper.Output, (await source.EndAsync()).AssertExit(0).Output + OutputOf(ordered) + last.Output);
    }

    [Fact]
    public async Task Orders_are_for_peers_that_the_node_knows()
    {
        string here = _folder.File("here.pem"), key = _folder.File("node.pem"), stranger = _folder.File("stranger.pem");
        string mine = await FingerprintAsync(here), its = await FingerprintAsync(key);
        using ChildCommand node = ChildCommand.Start(
            "node", "--listen", "tls:127.0.0.1:0", "--identity", key, "--peer", mine, "--output-folder", _folder.Name);
        string there = await node.SaysAsync("listening on ");
        (ChildCommand source, string endpoint, string before) = await ServeAsync(Recurse);
        using (source)
        {
            CommandResult refused = (await CommandResult.OfAsync("resume", endpoint, "--at", there, "--identity", stranger, "--peer", its)).AssertExit(125);
            Assert.Contains("does not trust", refused.Error, StringComparison.Ordinal);
            CommandResult ordered = (await CommandResult.OfAsync("resume", endpoint, "--at", there, "--identity", here, "--peer", its)).AssertExit(0);
            Assert.Equal(Recurse.TestOutput, before + OutputOf(ordered));
        }
    }

    [Fact]
    public async Task An_order_that_cannot_be_met_is_an_error_and_the_image_stays()
    {
        using ChildCommand node = StartNode("--max-memory", "1MiB");
        string there = await node.SaysAsync("listening on ");
        (ChildCommand source, string endpoint, string before) = await ServeAsync(Recurse);
        using (source)
        {
            CommandResult refused = (await CommandResult.OfAsync("resume", endpoint, "--at", there)).AssertExit(125);
            Assert.Contains("raise the limit", refused.Error, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFiles(_folder.Name, "*.out"));
            (await CommandResult.OfAsync("resume", "tcp:127.0.0.1:1", "--at", there)).AssertExit(125);
            Assert.Contains("takes no orders", (await CommandResult.OfAsync("resume", endpoint, "--at", endpoint)).AssertExit(125).Error, StringComparison.Ordinal);
            CommandResult after = (await ChildCommand.OfAsync("resume", endpoint)).AssertExit(0);
            Assert.Equal(Recurse.TestOutput, before + after.Output);
        }
    }

    [Theory]
    [InlineData("node", "--listen")]
    [InlineData("node --listen tcp:127.0.0.1:0 --output-folder no-such-folder", "no-such-folder")]
    [InlineData("node --listen tcp:127.0.0.1:0 --max-programs 0", "from 1 on")]
    [InlineData("resume image --at tcp:127.0.0.1:1", "serve it")]
    [InlineData("resume tcp:127.0.0.1:1 --at tcp:127.0.0.1:2 --mapdir /data=mem", "--mapdir and --at")]
    [InlineData("resume tcp:127.0.0.1:1 --at tcp:127.0.0.1:2 --report x", "--report and --at")]
    public async Task Wrong_orders_are_refused(string line, string words) =>
        Assert.Contains(words, (await CommandResult.OfAsync(line.Split(' '))).AssertExit(2).Error, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private static string OutputOf(CommandResult ordered)
    {
        const string Words = "its output goes to ";
        int at = ordered.Error.IndexOf(Words, StringComparison.Ordinal) + Words.Length;
        return File.ReadAllText(ordered.Error[at..ordered.Error.IndexOf(" there", at, StringComparison.Ordinal)]);
    }

    private static async Task<string> FingerprintAsync(string file) =>
        (await CommandResult.OfAsync("identity", "--identity", file)).AssertExit(0).Output.Trim();

    private ChildCommand StartNode(params string[] options) => ChildCommand.Start(
        ["node", "--listen", "tcp:127.0.0.1:0", "--output-folder", _folder.Name, .. options.Contains("--warm-up") ? options : [.. options, "--warm-up", "0"]]);

    // A program that is half done, at a memory node; what it printed until then.
    private async Task<(ChildCommand Node, string Endpoint, string Output)> ServeAsync(Workload workload)
    {
        string image = _folder.File(Guid.NewGuid().ToString());
        CommandResult before = await ChildCommand.OfAsync(workload.Run(["--freeze-after", "400000", "--freeze-to", image], _folder.Name, workload.TestArgs));
        ChildCommand node = ChildCommand.Start("serve", "--listen", "tcp:127.0.0.1:0", image);
        return (node, await node.SaysAsync("listening on "), before.AssertExit(0).Output);
    }

    private async Task<ChildCommand> ServeAsync(byte[] module)
    {
        string image = _folder.File(Guid.NewGuid().ToString());
        (await ChildCommand.OfAsync("run", "--freeze-after", "1", "--freeze-to", image, _folder.File("small.wasm", module))).AssertExit(0);
        return ChildCommand.Start("serve", "--listen", "tcp:127.0.0.1:0", image);
    }
}

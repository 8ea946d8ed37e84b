using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace QuicWasm.Cli.Tests;

/// <summary>quicwasm fork: many programs of one image, at nodes that stay up.</summary>
public sealed partial class ForkTests : IDisposable
{
    private static readonly Workload Sleeper = Workload.Named("sleeper");

    private static readonly Workload Recurse = Workload.Named("recurse");

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("no-cow")]
    [InlineData("cow")]
    public async Task Children_of_a_file_run_on_two_nodes_and_each_ends_as_its_parent_would_have(string mode)
    {
        using ChildCommand first = StartNode(), second = StartNode();
        string image = _folder.File("image");
        CommandResult before = await ChildCommand.OfAsync(Recurse.Run(["--freeze-after", "400000", "--freeze-to", image], _folder.Name, Recurse.TestArgs));
        CommandResult fork = (await ChildCommand.OfAsync(
            "fork", image, "--children", "5", "--at", await first.SaysAsync("listening on "), "--at", await second.SaysAsync("listening on "), "--mode", mode)).AssertExit(0);
        Assert.All(OutputsOf(fork, 5), output => Assert.Equal(Recurse.TestOutput, before.Output + Encoding.UTF8.GetString(output)));
        (await ChildCommand.OfAsync("resume", image)).AssertExit(0);
    }

    [Fact]
    public async Task A_running_program_is_forked_and_goes_on_and_so_do_its_children_when_it_has_ended()
    {
        using ChildCommand node = StartNode();
        string there = await node.SaysAsync("listening on ");
        using ChildCommand parent = ChildCommand.Start(Sleeper.Run(["--listen", "tcp:127.0.0.1:0"], "", []));
        string endpoint = await parent.SaysAsync("listening on ");
        CommandResult fork = (await ChildCommand.OfAsync("fork", endpoint, "--children", "3", "--at", there, "--mode", "cow")).AssertExit(0);
        CommandResult here = (await parent.EndAsync()).AssertExit(0);
        Assert.Contains("the program goes on", fork.Error, StringComparison.Ordinal);
        Assert.Equal(Sleeper.Output, here.Output);
        Assert.All(OutputsOf(fork, 3), output => Assert.EndsWith(Encoding.UTF8.GetString(output), Sleeper.Output, StringComparison.Ordinal));
        Assert.All(OutputsOf(fork, 3), Assert.NotEmpty);
    }

    [Fact]
    public async Task Each_child_has_arguments_and_random_numbers_of_its_own()
    {
        using ChildCommand node = StartNode();
        string there = await node.SaysAsync("listening on ");
        string image = _folder.File("image");
        (await ChildCommand.OfAsync("run", "--freeze-after", "1", "--freeze-to", image, _folder.File("self.wasm", SmallModules.ShowsItself), "as it was")).AssertExit(0);
        byte[][] kept = OutputsOf((await ChildCommand.OfAsync("fork", image, "--children", "2", "--at", there)).AssertExit(0), 2);
        Assert.All(kept, output => Assert.Equal("self.wasm\0as it was\0", Encoding.UTF8.GetString(output[..^16])));
        byte[][] given = OutputsOf(
            (await ChildCommand.OfAsync("fork", image, "--children", "3", "--at", there, "--", "name", "child {index}", "{index}{index}")).AssertExit(0), 3);
        for (int i = 0; i < given.Length; i++)
        {
            Assert.Equal($"name\0child {i}\0{i}{i}\0", Encoding.UTF8.GetString(given[i][..^16]));
        }

        Assert.Equal(5, kept.Concat(given).Select(output => Convert.ToHexString(output[^16..])).Distinct().Count());
    }

    [Fact]
    public async Task An_image_that_is_shared_is_not_given_away_and_is_when_it_is_not_shared_any_more()
    {
        using ChildCommand node = StartNode();
        string there = await node.SaysAsync("listening on "), image = _folder.File("image");
        CommandResult before = await ChildCommand.OfAsync(Recurse.Run(["--freeze-after", "400000", "--freeze-to", image], _folder.Name, Recurse.TestArgs));
        using ChildCommand source = ChildCommand.Start("serve", "--listen", "tcp:127.0.0.1:0", image);
        string endpoint = await source.SaysAsync("listening on ");
        CommandResult fork = (await ChildCommand.OfAsync("fork", endpoint, "--children", "2", "--at", there)).AssertExit(0);
        Assert.All(OutputsOf(fork, 2), output => Assert.Equal(Recurse.TestOutput, before.Output + Encoding.UTF8.GetString(output)));
        CommandResult resumed = (await ChildCommand.OfAsync("resume", endpoint)).AssertExit(0);
        Assert.Equal(Recurse.TestOutput, before.Output + resumed.Output);
        (await source.EndAsync()).AssertExit(0);
    }

    [Fact]
    public async Task A_node_that_has_no_room_for_all_children_makes_none_and_the_image_stays()
    {
        using ChildCommand node = StartNode("--max-programs", "2");
        string there = await node.SaysAsync("listening on "), image = _folder.File("image");
        (await ChildCommand.OfAsync(Recurse.Run(["--freeze-after", "400000", "--freeze-to", image], _folder.Name, Recurse.TestArgs))).AssertExit(0);
        CommandResult refused = (await ChildCommand.OfAsync("fork", image, "--children", "3", "--at", there)).AssertExit(125);
        Assert.Contains("--max-programs", refused.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Name, "*.out"));
        (await ChildCommand.OfAsync("fork", image, "--children", "2", "--at", there)).AssertExit(0);
    }

    [Fact]
    public async Task A_node_that_is_killed_takes_its_children_with_it_and_the_image_is_intact()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it is ended by a signal");
        using ChildCommand node = StartNode(), other = StartNode();
        string there = await node.SaysAsync("listening on "), image = _folder.File("image");
        using ChildCommand source = await ServeSleeperAsync(image);
        string endpoint = await source.SaysAsync("listening on ");
        using ChildCommand fork = ChildCommand.Start("fork", endpoint, "--children", "2", "--at", there, "--mode", "cow");
        await node.SaysAsync("2 children of image");
        node.Signal("KILL");
        (await fork.EndAsync()).AssertExit(125);
        CommandResult again = (await ChildCommand.OfAsync("fork", endpoint, "--children", "2", "--at", await other.SaysAsync("listening on "))).AssertExit(0);
        Assert.All(OutputsOf(again, 2), output => Assert.EndsWith(Encoding.UTF8.GetString(output), Sleeper.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_memory_node_children_trap_within_the_deadline_and_say_whose_fault_it_is()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory is fetched lazily on Linux");
        using ChildCommand node = StartNode("--fault-deadline", "1");
        string there = await node.SaysAsync("listening on "), image = _folder.File("image");
        string[] arguments = ["--heap-mib", "40", "--operations", "300000", "--touch", "1"];
        Workload kv = Workload.Named("kv");
        Task<CommandResult> expected = ChildCommand.OfAsync(kv.Run([], "", arguments));
        CommandResult before = await ChildCommand.OfAsync(kv.Run(["--freeze-after", "3000000", "--freeze-to", image], "", arguments));
        using ChildCommand source = ChildCommand.Start("serve", "--listen", "tcp:127.0.0.1:0", image);
        string endpoint = await source.SaysAsync("listening on ");
        using ChildCommand fork = ChildCommand.Start("fork", endpoint, "--children", "2", "--at", there, "--mode", "cow");
        await node.SaysAsync("2 children of image");
        source.Signal("KILL");
        CommandResult ended = (await fork.EndAsync()).AssertExit(ExitCode.Trap);
        Assert.Contains("has sent nothing for 1 s", ended.Error, StringComparison.Ordinal);
        string whole = (await expected).AssertExit(0).Output;
        Assert.All(OutputsOf(ended, 2), output => Assert.StartsWith(before.Output + Encoding.UTF8.GetString(output), whole, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("fork image --children 1", "--at")]
    [InlineData("fork image --at tcp:127.0.0.1:1", "--children")]
    [InlineData("fork image --children 1 --at tcp:127.0.0.1:1 --at tcp:127.0.0.1:2", "at least as many")]
    [InlineData("fork image --children 1 --at tcp:127.0.0.1:1 --detach", "--detach")]
    [InlineData("fork tcp:127.0.0.1:1 --children 1 --at tcp:127.0.0.1:1 --listen tcp:127.0.0.1:0", "--listen")]
    public async Task Wrong_forks_are_refused(string line, string words) =>
        Assert.Contains(words, (await CommandResult.OfAsync(line.Split(' '))).AssertExit(2).Error, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private ChildCommand StartNode(params string[] options) =>
        ChildCommand.Start(["node", "--listen", "tcp:127.0.0.1:0", "--output-folder", _folder.Name, "--warm-up", "0", .. options]);

    private static async Task<ChildCommand> ServeSleeperAsync(string image)
    {
        using ChildCommand source = ChildCommand.Start(Sleeper.Run(["--listen", "tcp:127.0.0.1:0"], "", []));
        (await ChildCommand.OfAsync("freeze", await source.SaysAsync("listening on "), "-o", image)).AssertExit(0);
        (await source.EndAsync()).AssertExit(0);
        return ChildCommand.Start("serve", "--listen", "tcp:127.0.0.1:0", image);
    }

    // In the order of the children's numbers.
    private static byte[][] OutputsOf(CommandResult fork, int count)
    {
        byte[][] outputs = [.. Child().Matches(fork.Error)
            .OrderBy(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))
            .Select(m => File.ReadAllBytes(m.Groups[2].Value))];
        Assert.Equal(count, outputs.Length);
        return outputs;
    }

    [GeneratedRegex("child ([0-9]+) is program .*; its output goes to (.*) there")]
    private static partial Regex Child();
}

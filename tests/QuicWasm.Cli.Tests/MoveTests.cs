using System.Diagnostics;
using QuicWasm.Migration;
using QuicWasm.Transport;

namespace QuicWasm.Cli.Tests;

/// <summary>Programs that move between processes. Each runs a few seconds, asleep for the most part, and is moved in the middle.</summary>
public sealed class MoveTests
{
    private static readonly string[] Listening = ["--listen", "tcp:127.0.0.1:0"];

    private static readonly Workload Sleeper = Workload.Named("sleeper");

    public static TheoryData<string> Granularities() => [.. CopyGranularity.All.Select(g => g.Name)];

    [Theory]
    [MemberData(nameof(Granularities))]
    public async Task Two_processes_together_print_what_one_prints(string granularity)
    {
        using ChildCommand source = Start(Listening);
        string endpoint = await source.SaysAsync("listening on ");
        CommandResult there = await ChildCommand.OfAsync("resume", "--freeze", "--granularity", granularity, endpoint);
        CommandResult here = await source.EndAsync();
        Assert.Equal(Sleeper.Output, here.AssertExit(0).Output + there.AssertExit(0).Output);
        Assert.NotEqual("", there.Output);
        Assert.Equal("", there.Error);
        Assert.Matches("^quicwasm: listening on [^\n]+\nquicwasm: frozen as image [^\n]+\nquicwasm: image [^\n]+ has a new owner\n$", here.Error);
    }

    [Fact]
    public async Task A_destination_that_stands_by_takes_its_source_from_a_line()
    {
        using var folder = new TempFolder();
        using ChildCommand source = Start(Listening);
        await File.WriteAllTextAsync(folder.File("line"), await source.SaysAsync("listening on ") + "\n", TestContext.Current.CancellationToken);
        using ChildCommand destination = ChildCommand.StartWithInput(folder.File("line"), "resume", "--freeze", "-");
        CommandResult there = (await destination.EndAsync()).AssertExit(0);
        Assert.Equal(Sleeper.Output, (await source.EndAsync()).AssertExit(0).Output + there.Output);
        Assert.Contains("standing by", there.Error, StringComparison.Ordinal);
        Assert.Contains("ended without a source", (await ChildCommand.OfAsync("resume", "-")).AssertExit(2).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Freeze_moves_the_image_into_a_file_and_the_source_ends()
    {
        using var folder = new TempFolder();
        using ChildCommand source = Start(Listening);
        string endpoint = await source.SaysAsync("listening on ");
        (await CommandResult.OfAsync("freeze", endpoint, "-o", folder.File("image"))).AssertExit(0);
        CommandResult here = (await source.EndAsync()).AssertExit(0);
        Assert.Contains("has a new owner", here.Error, StringComparison.Ordinal);
        CommandResult there = (await ChildCommand.OfAsync("resume", folder.File("image"))).AssertExit(0);
        Assert.Equal(Sleeper.Output, here.Output + there.Output);
    }

    [Fact]
    public async Task A_signal_freezes_the_program_to_a_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no SIGUSR1 on Windows");
        using var folder = new TempFolder();
        using ChildCommand source = Start(["--freeze-to", folder.File("image"), .. Listening]);
        await source.SaysAsync("listening on ");
        source.Signal("USR1");
        CommandResult here = (await source.EndAsync()).AssertExit(0);
        Assert.Contains("frozen to ", here.Error, StringComparison.Ordinal);
        CommandResult there = (await ChildCommand.OfAsync("resume", folder.File("image"))).AssertExit(0);
        Assert.Equal(Sleeper.Output, here.Output + there.Output);
    }

    [Fact]
    public async Task A_memory_node_serves_the_images_whose_names_come_on_its_input_until_that_ends_and_each_has_an_owner()
    {
        using var folder = new TempFolder();
        string[] images = [folder.File("first"), folder.File("second")];
        CommandResult[] before = await Task.WhenAll(images.Select(i => ChildCommand.OfAsync(Sleeper.Run(["--freeze-after", "30", "--freeze-to", i], "", []))));
        using ChildCommand node = ChildCommand.StandBy("serve", "-", "--listen", "tcp:127.0.0.1:0");
        string endpoint = await node.SaysAsync("listening on ");
        node.AddLine(folder.File("missing"));
        await node.SaysAsync("missing is not served: ");
        for (int i = 0; i < images.Length; i++)
        {
            node.AddLine(images[i]);
            await node.SaysAsync($"serving {images[i]} as image ");
            node.AddLine(images[i]);
            Assert.Contains("is kept already", await node.SaysAsync($"{images[i]} is not served: "), StringComparison.Ordinal);
            CommandResult there = (await ChildCommand.OfAsync("resume", endpoint)).AssertExit(0);
            Assert.Equal(Sleeper.Output, before[i].Output + there.Output);
        }

        node.EndInput();
        (await node.EndAsync()).AssertExit(0);
    }

    [Fact]
    public async Task In_mode_cow_with_eager_memory_code_comes_when_it_is_called()
    {
        using ChildCommand source = Start(Listening);
        string endpoint = await source.SaysAsync("listening on ");
        CommandResult there = await ChildCommand.OfAsync("resume", "--freeze", "--mode", "cow", "--eager-memory", "--granularity", "mixture", endpoint);
        CommandResult here = (await source.EndAsync()).AssertExit(0);
        Assert.Equal(Sleeper.Output, here.Output + there.AssertExit(0).Output);
    }

    [Fact]
    public async Task A_destination_that_is_killed_leaves_the_image_to_another()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it is killed by a signal");
        using var folder = new TempFolder();
        Workload kv = Workload.Named("kv");
        string[] arguments = ["--heap-mib", "150", "--operations", "3000", "--touch", "0.01"];
        Task<CommandResult> expected = ChildCommand.OfAsync(kv.Run([], folder.Name, arguments));
        string image = folder.File("image");
        CommandResult before = await ChildCommand.OfAsync(kv.Run(["--freeze-after", "7000000", "--freeze-to", image], folder.Name, arguments));
        using ChildCommand source = ChildCommand.Start("serve", "--listen", "tcp:127.0.0.1:0", image);
        var endpoint = TransportEndpoint.Parse(await source.SaysAsync("listening on "));
        await using NodeClient client = await NodeClient.ConnectAsync(
            TransportRegistry.CreateDefault(), endpoint, new RunningNodeOptions(), TestContext.Current.CancellationToken);
        using (ChildCommand killed = ChildCommand.Start("resume", "--granularity", "page", $"{endpoint}"))
        {
            await UntilAsync(client, ImageState.Claimed);
            killed.Signal("KILL");
            Assert.Equal("", (await killed.EndAsync()).Output);
        }

        await UntilAsync(client, ImageState.Available);
        await client.DisposeAsync();
        CommandResult there = (await ChildCommand.OfAsync("resume", $"{endpoint}")).AssertExit(0);
        CommandResult here = (await source.EndAsync()).AssertExit(0);
        Assert.Contains("the image can be claimed again", here.Error, StringComparison.Ordinal);
        Assert.Equal((await expected).AssertExit(0).Output, before.AssertExit(0).Output + there.Output);
    }

    private static ChildCommand Start(string[] options) => ChildCommand.Start(Sleeper.Run(options, "", []));

    private static async Task UntilAsync(NodeClient client, ImageState state)
    {
        var clock = Stopwatch.StartNew();
        ImageEntry image;
        while ((image = Assert.Single(await client.ListImagesAsync(TestContext.Current.CancellationToken))).State != state)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"the image stays {image.State}");
            Assert.NotEqual(ImageState.Committed, image.State);
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }
}

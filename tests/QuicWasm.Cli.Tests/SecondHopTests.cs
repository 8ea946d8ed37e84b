using System.Diagnostics;
using QuicWasm.Migration;
using QuicWasm.Transport;

namespace QuicWasm.Cli.Tests;

/// <summary>Programs that move on while pages of them are still at the first node.</summary>
public sealed class SecondHopTests : IDisposable
{
    private static readonly Workload Kv = Workload.Named("kv");

    // After the freeze it reads here and there in the heap for much longer than a command takes to start.
    private static readonly string[] Arguments = ["--heap-mib", "40", "--operations", "4000000", "--touch", "1"];

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_first_node_is_needed_until_everything_has_come_or_the_program_is_flattened(bool isFlat)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory is fetched lazily on Linux");
        Task<CommandResult> expected = ChildCommand.OfAsync(Kv.Run([], "", Arguments));
        CommandResult before = await ChildCommand.OfAsync(Kv.Run(["--freeze-after", "3000000", "--freeze-to", _folder.File("image")], "", Arguments));
        using ChildCommand source = ChildCommand.Start("serve", "--listen", "tcp:127.0.0.1:0", _folder.File("image"));
        string first = await source.SaysAsync("listening on ");
        using ChildCommand middle = ChildCommand.Start("resume", first, "--mode", "cow", "--fault-deadline", "1", "--listen", "tcp:127.0.0.1:0");
        string second = await middle.SaysAsync("listening on ");
        string[] options = isFlat ? ["--flatten"] : [];
        using ChildCommand last = ChildCommand.Start(["resume", second, "--freeze", "--mode", "cow", .. options]);
        await UntilCommittedAsync(TransportEndpoint.Parse(second));
        source.Signal("KILL");
        CommandResult ended = (await last.EndAsync()).AssertExit(isFlat ? 0 : ExitCode.Trap);
        string whole = (await expected).AssertExit(0).Output;

        // What was written before the loss is right, and nothing is written after it.
        Assert.Contains(ended.Output, whole, StringComparison.Ordinal);
        Assert.True(isFlat || ended.Error.Contains("the program trapped", StringComparison.Ordinal), ended.Error);
        if (isFlat)
        {
            Assert.Equal(whole, before.Output + (await middle.EndAsync()).Output + ended.Output);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static async Task UntilCommittedAsync(TransportEndpoint endpoint)
    {
        await using NodeClient client = await NodeClient.ConnectAsync(
            TransportRegistry.CreateDefault(), endpoint, new RunningNodeOptions(), TestContext.Current.CancellationToken);
        var clock = Stopwatch.StartNew();
        while ((await client.ListImagesAsync(TestContext.Current.CancellationToken)).All(i => i.State != ImageState.Committed))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), "the image is never taken");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}

namespace QuicWasm.Cli.Tests;

/// <summary>What modules may use, and how far their memory grows.</summary>
public sealed class FeatureTests
{
    // A function that calls itself by a tail call.
    private static readonly byte[] TailCall = SmallModules.Module(
        SmallModules.Section(1, [1, 0x60, 0, 0]),
        SmallModules.Section(3, [1, 0]),
        SmallModules.Section(10, [1, 4, 0, 0x12, 0, 0x0B]));

    // Exports "grow": how many pages the memory had, or -1.
    private static readonly byte[] Grows = SmallModules.Module(
        SmallModules.Section(1, [1, 0x60, 1, 0x7F, 1, 0x7F]),
        SmallModules.Section(3, [1, 0]),
        SmallModules.Section(5, [1, 0, 1]),
        SmallModules.Section(7, [1, .. SmallModules.Text("grow"), 0, 0]),
        SmallModules.Section(10, [1, 6, 0, 0x20, 0, 0x40, 0, 0x0B]));

    [Theory]
    [InlineData("validate")]
    [InlineData("run")]
    public async Task A_module_that_uses_what_is_disabled_is_refused_with_its_name(string command)
    {
        using var folder = new TempFolder();
        string file = folder.File("tail.wasm", TailCall);
        foreach (string[] options in new string[][] { ["--disable", "tail-calls"], ["--disable", "simd,TailCalls"], ["--disable", "all", "--enable", "simd"] })
        {
            CommandResult result = (await CommandResult.OfAsync([command, .. options, file])).AssertExit(125);
            Assert.Contains("TailCalls", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_enabled_is_accepted()
    {
        using var folder = new TempFolder();
        string file = folder.File("tail.wasm", TailCall);
        (await CommandResult.OfAsync("validate", file)).AssertExit(0);
        (await CommandResult.OfAsync("validate", "--disable", "all", "--enable", "simd,tail-calls", file)).AssertExit(0);
        (await CommandResult.OfAsync("validate", "--disable", "multi-memory", "--disable", "relaxed-simd", file)).AssertExit(0);
    }

    [Fact]
    public async Task A_program_that_may_use_more_than_the_destination_is_refused_there()
    {
        using var folder = new TempFolder();
        Workload recurse = Workload.Named("recurse");
        (await ChildCommand.OfAsync(recurse.Run(
            ["--freeze-after", "1000", "--freeze-to", folder.File("image"), "--max-memory", "1GiB"], folder.Name, recurse.TestArgs))).AssertExit(0);
        CommandResult result = (await CommandResult.OfAsync("resume", "--disable", "simd", folder.File("image"))).AssertExit(125);
        Assert.Contains("Simd", result.Error, StringComparison.Ordinal);
        result = (await CommandResult.OfAsync("resume", "--max-memory", "64MiB", folder.File("image"))).AssertExit(125);
        Assert.Contains("raise the limit", result.Error, StringComparison.Ordinal);
        (await ChildCommand.OfAsync("resume", "--max-memory", "1073741824", folder.File("image"))).AssertExit(0);
    }

    [Theory]
    [InlineData("1MiB", "15", "1")]
    [InlineData("1MiB", "16", "-1")]
    [InlineData("1048576", "15", "1")]
    [InlineData("1024kib", "16", "-1")]
    public async Task A_memory_grows_as_far_as_it_may(string size, string pages, string expected)
    {
        using var folder = new TempFolder();
        string file = folder.File("grows.wasm", Grows);
        CommandResult result = (await CommandResult.OfAsync("run", "--max-memory", size, "--invoke", "grow", file, pages)).AssertExit(0);
        Assert.Equal(expected + "\n", result.Output);
    }
}

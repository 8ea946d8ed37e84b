namespace QuicWasm.Cli.Tests;

/// <summary>Programs frozen to files, and resumed from them.</summary>
public sealed class ImageFileTests
{
    private static readonly Workload Recurse = Workload.Named("recurse");

    [Theory]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData(1_500_000)]
    public async Task A_resumed_program_goes_on_where_it_was_frozen(int safePoints)
    {
        using var folder = new TempFolder();
        CommandResult before = await FreezeAsync(folder, safePoints);
        CommandResult after = (await ChildCommand.OfAsync("resume", folder.File("image"))).AssertExit(0);
        Assert.Equal(Recurse.TestOutput, before.Output + after.Output);
        Assert.Equal("", after.Error);
    }

    [Fact]
    public async Task An_image_can_be_frozen_again_and_again()
    {
        using var folder = new TempFolder();
        string output = (await FreezeAsync(folder, 400_000)).Output;
        for (int i = 0; i < 3; i++)
        {
            output += (await ChildCommand.OfAsync("resume", "--freeze-after", "300000", "--freeze-to", folder.File("image"), folder.File("image"))).AssertExit(0).Output;
        }

        output += (await ChildCommand.OfAsync("resume", folder.File("image"))).AssertExit(0).Output;
        Assert.Equal(Recurse.TestOutput, output);
    }

    [Fact]
    public async Task A_program_whose_image_cannot_be_written_goes_on_where_it_was()
    {
        using var folder = new TempFolder();
        CommandResult result = await ChildCommand.OfAsync(
            Recurse.Run(["--freeze-after", "100000", "--freeze-to", folder.File("missing/image")], folder.Name, Recurse.TestArgs));
        Assert.Equal(Recurse.TestOutput, result.AssertExit(0).Output);
        Assert.Contains("the program goes on here", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_ends_before_the_safe_point_says_so()
    {
        using var folder = new TempFolder();
        CommandResult result = await ChildCommand.OfAsync(
            Recurse.Run(["--freeze-after", "100000000000", "--freeze-to", folder.File("image")], folder.Name, Recurse.TestArgs));
        Assert.Equal(Recurse.TestOutput, result.AssertExit(0).Output);
        Assert.Contains("ended before its safe point 100000000000", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("image")));
    }

    [Fact]
    public async Task Inspect_shows_parts_sizes_and_the_stack_by_name()
    {
        using var folder = new TempFolder();
        await FreezeAsync(folder, 100_000);
        CommandResult result = (await CommandResult.OfAsync("image", "inspect", folder.File("image"))).AssertExit(0);
        Assert.Equal("", result.Error);
        Assert.Matches(@"^image +[0-9a-f-]{36}, \d+ parts, [\d.]+ KiB\n", result.Output);
        Assert.Matches(@"\n  Memory +1 +[\d.]+ KiB\n", result.Output);
        Assert.Matches(@"\n  Function +\d+ +[\d.]+ KiB\n", result.Output);
        Assert.Matches(@"\nmemory +\d+ pages of 64 KiB, [\d.]+ KiB not zero\n", result.Output);
        Assert.Matches(@"\nstack +\d+ frames, innermost first\n  #0 +evaluate_\w+ at 0x[0-9a-f]+, \d+ locals, \d+ operands\n", result.Output);
        Assert.Matches(@"\n  #\d+ +_start at 0x", result.Output);
    }

    [Fact]
    public async Task A_damaged_image_is_one_error_and_the_program_prints_nothing()
    {
        using var folder = new TempFolder();
        await FreezeAsync(folder, 100_000);
        byte[] good = await File.ReadAllBytesAsync(folder.File("image"), TestContext.Current.CancellationToken);
        var random = new Random(5);
        for (int i = 0; i < 40; i++)
        {
            byte[] bad = i % 2 == 0 ? good[..random.Next(good.Length)] : Flipped(good, random);
            string file = folder.File("bad", bad);
            CommandResult inspected = (await CommandResult.OfAsync("image", "inspect", file)).AssertExit(125);
            Assert.Matches("^quicwasm: [^\n]+\n$", inspected.Error);
            Assert.Equal("", inspected.Output);
            Assert.Matches("^quicwasm: [^\n]+\n$", (await CommandResult.OfAsync("resume", file)).AssertExit(125).Error);
        }

        CommandResult child = (await ChildCommand.OfAsync("resume", folder.File("bad"))).AssertExit(125);
        Assert.Equal("", child.Output);
        Assert.Matches("^quicwasm: [^\n]+\n$", child.Error);
    }

    // Where a memory's pages are zero nothing is read from the file, so a bit there is no damage.
    private static byte[] Flipped(byte[] bytes, Random random)
    {
        int at;
        do
        {
            at = random.Next(bytes.Length);
        }
        while (bytes[at] == 0);

        byte[] flipped = [.. bytes];
        flipped[at] ^= (byte)(1 << random.Next(8));
        return flipped;
    }

    private static async Task<CommandResult> FreezeAsync(TempFolder folder, int safePoints)
    {
        CommandResult result = (await ChildCommand.OfAsync(Recurse.Run(
            ["--freeze-after", $"{safePoints}", "--freeze-to", folder.File("image")], folder.Name, Recurse.TestArgs))).AssertExit(0);
        Assert.Equal($"quicwasm: frozen to {folder.File("image")}\n", result.Error);
        return result;
    }
}

using QuicWasm.Migration;

namespace QuicWasm.Cli.Tests;

/// <summary>--mapdir: folders that are elsewhere at the destination, and folders in memory, which move with their program.</summary>
public sealed class FolderTests
{
    private const int SafePoints = 60_000;

    private static readonly string[] InMemory = ["--mapdir", "/data=mem"];

    private static readonly Workload Files = Workload.Named("files");

    public static TheoryData<string> Granularities() => [.. CopyGranularity.All.Select(g => g.Name)];

    [Fact]
    public async Task A_folder_is_found_elsewhere_at_the_destination()
    {
        using var folder = new TempFolder();
        string here = Directory.CreateDirectory(folder.File("here")).FullName, there = folder.File("there");
        CommandResult before = await FreezeAsync(folder, ["--mapdir", $"/data={here}"], SafePoints);
        Directory.Move(here, there);
        CommandResult after = (await ChildCommand.OfAsync("resume", "--mapdir", $"/data={there}", folder.File("image"))).AssertExit(0);
        Assert.Equal(Files.TestOutput, before.Output + after.Output);
        Assert.True(File.Exists(Path.Combine(there, "log.txt")));
    }

    [Fact]
    public async Task A_folder_that_is_missing_at_the_destination_is_one_error_before_anything_runs()
    {
        using var folder = new TempFolder();
        string here = Directory.CreateDirectory(folder.File("here")).FullName;
        CommandResult before = await FreezeAsync(folder, ["--mapdir", $"/data={here}"], SafePoints);
        byte[] image = await File.ReadAllBytesAsync(folder.File("image"), TestContext.Current.CancellationToken);
        CommandResult refused = (await ChildCommand.OfAsync("resume", folder.File("image"))).AssertExit(125);
        Assert.Equal("", refused.Output);
        Assert.Matches("^quicwasm: [^\n]*needs a folder for its /data[^\n]*\n$", refused.Error);
        refused = (await ChildCommand.OfAsync("resume", "--mapdir", $"/data={folder.File("no")}", folder.File("image"))).AssertExit(2);
        Assert.Contains("there is no folder", refused.Error, StringComparison.Ordinal);
        refused = (await ChildCommand.OfAsync("resume", "--mapdir", $"/data={Directory.CreateDirectory(folder.File("empty"))}", folder.File("image"))).AssertExit(125);
        Assert.Matches("^quicwasm: [^\n]*/data/[^\n]* open[^\n]*not here[^\n]*\n$", refused.Error);
        Assert.Equal(image, await File.ReadAllBytesAsync(folder.File("image"), TestContext.Current.CancellationToken));
        CommandResult after = (await ChildCommand.OfAsync("resume", "--mapdir", $"/data={here}", folder.File("image"))).AssertExit(0);
        Assert.Equal(Files.TestOutput, before.Output + after.Output);
    }

    [Fact]
    public async Task A_program_works_with_files_in_memory()
    {
        CommandResult result = (await RunAsync(InMemory)).AssertExit(0);
        Assert.Equal((Files.TestOutput, ""), (result.Output, result.Error));
    }

    [Theory]
    [InlineData(2_000)]
    [InlineData(30_000)]
    [InlineData(90_000)]
    public async Task A_folder_in_memory_is_in_the_image(int safePoints)
    {
        using var folder = new TempFolder();
        CommandResult before = await FreezeAsync(folder, InMemory, safePoints);
        CommandResult between = (await ChildCommand.OfAsync(
            "resume", "--freeze-after", "20000", "--freeze-to", folder.File("image"), folder.File("image"))).AssertExit(0);
        CommandResult after = (await ChildCommand.OfAsync("resume", folder.File("image"))).AssertExit(0);
        Assert.Equal(Files.TestOutput, before.Output + between.Output + after.Output);
        Assert.NotEqual("", after.Output);
    }

    [Theory]
    [MemberData(nameof(Granularities))]
    public async Task A_folder_in_memory_moves_in_every_granularity(string granularity)
    {
        using var folder = new TempFolder();
        CommandResult before = await FreezeAsync(folder, InMemory, SafePoints);
        using ChildCommand node = ChildCommand.Start("serve", "--listen", "tcp:127.0.0.1:0", folder.File("image"));
        string endpoint = await node.SaysAsync("listening on ");
        CommandResult after = (await ChildCommand.OfAsync("resume", "--granularity", granularity, endpoint)).AssertExit(0);
        Assert.Equal(Files.TestOutput, before.Output + after.Output);
        (await node.EndAsync()).AssertExit(0);
    }

    [Fact]
    public async Task A_folder_in_memory_is_not_replaced_by_one_of_the_host()
    {
        using var folder = new TempFolder();
        await FreezeAsync(folder, InMemory, SafePoints);
        CommandResult refused = (await ChildCommand.OfAsync("resume", "--mapdir", $"/data={folder.Name}", folder.File("image"))).AssertExit(125);
        Assert.Matches("^quicwasm: [^\n]*/data is a folder in memory[^\n]*\n$", refused.Error);
        (await ChildCommand.OfAsync("resume", "--mapdir", "/data=mem", folder.File("image"))).AssertExit(0);
    }

    [Fact]
    public async Task The_limit_of_folders_in_memory_is_no_space_left_to_the_program()
    {
        CommandResult result = await RunAsync([.. InMemory, "--memory-folder-limit", "64KiB"]);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("No space left on device", result.Error, StringComparison.Ordinal);
    }

    private static Task<CommandResult> RunAsync(string[] options) =>
        ChildCommand.OfAsync(["run", .. options, WorkloadCommand.PathOf(Files.Wasm), .. Files.TestArgs]);

    private static async Task<CommandResult> FreezeAsync(TempFolder folder, string[] options, int safePoints)
    {
        CommandResult result = (await RunAsync([.. options, "--freeze-after", $"{safePoints}", "--freeze-to", folder.File("image")])).AssertExit(0);
        Assert.Equal($"quicwasm: frozen to {folder.File("image")}\n", result.Error);
        return result;
    }
}

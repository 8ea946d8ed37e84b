namespace QuicWasm.Cli.Tests;

/// <summary>Compiled code: kept on disk, sent by a node, and shown.</summary>
public sealed class CodeTests : IDisposable
{
    private static readonly Workload Compress = Workload.Named("compress");
    private static readonly Workload Sleeper = Workload.Named("sleeper");

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task A_second_run_uses_what_the_first_one_has_compiled()
    {
        string cache = Path.Combine(_folder.Name, "cache");
        CommandResult first = (await RunAsync("--cache-dir", cache, "--profile")).AssertExit(0);
        CommandResult second = (await RunAsync("--cache-dir", cache, "--profile")).AssertExit(0);
        Assert.Equal(first.Output, second.Output);
        Assert.DoesNotContain("(kept code)", first.Error, StringComparison.Ordinal);
        Assert.Contains("(kept code)", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_that_is_damaged_is_said_and_the_program_runs()
    {
        string cache = Path.Combine(_folder.Name, "cache");
        CommandResult first = (await RunAsync("--cache-dir", cache)).AssertExit(0);
        string file = Assert.Single(Directory.GetFiles(cache, "*.qwcode"));
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..100]);
        CommandResult second = (await RunAsync("--cache-dir", cache)).AssertExit(0);
        Assert.Equal(first.Output, second.Output);
        Assert.Contains("damaged", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_CIL_of_a_function_is_written_for_people()
    {
        string il = Path.Combine(_folder.Name, "loop.il");
        (await RunAsync("--emit-il", $"_start={il}")).AssertExit(0);
        string[] lines = File.ReadAllLines(il);
        Assert.Matches(@"^void f\d+\(native int\)$", lines[0]);
        Assert.Contains(lines, l => l.EndsWith(": ret", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("  // safe point at ", StringComparison.Ordinal));
        CommandResult wrong = (await RunAsync("--emit-il", "no_such_function")).AssertExit(2);
        Assert.Contains("no_such_function", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_brings_its_compiled_code_from_a_node_that_is_authenticated_and_only_when_asked()
    {
        string source = _folder.File("source.pem"), destination = _folder.File("destination.pem");
        string here = (await ChildCommand.OfAsync("identity", "--identity", source)).AssertExit(0).Output.Trim();
        string there = (await ChildCommand.OfAsync("identity", "--identity", destination)).AssertExit(0).Output.Trim();
        CommandResult refused = await ChildCommand.OfAsync("resume", "--binary", "compiled", "--granularity", "whole-binary", "tcp:127.0.0.1:1");
        Assert.Contains("tls or quic", refused.AssertExit(2).Error, StringComparison.Ordinal);
        using ChildCommand running = ChildCommand.Start(Sleeper.Run(
            ["--engine", "compiler", "--listen", "tls:127.0.0.1:0", "--identity", source, "--peer", there], "", ["--ms", "400"]));
        string endpoint = await running.SaysAsync("listening on ");
        CommandResult resumed = (await ChildCommand.OfAsync(
            "resume", "--freeze", "--binary", "compiled", "--granularity", "whole-binary", "--identity", destination, "--peer", here, endpoint)).AssertExit(0);
        CommandResult left = (await running.EndAsync()).AssertExit(0);
        Assert.Equal(Sleeper.Output, left.Output + resumed.Output);
        Assert.Matches("compiled code of 1 modules came from .*, [1-9][0-9]+ bytes", resumed.Error);
    }

    public void Dispose() => _folder.Dispose();

    private static Task<CommandResult> RunAsync(params string[] options) => ChildCommand.OfAsync(Compress.Run(options, "", Compress.TestArgs));
}

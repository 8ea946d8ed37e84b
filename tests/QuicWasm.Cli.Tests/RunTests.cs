namespace QuicWasm.Cli.Tests;

/// <summary>quicwasm run, as a user sees it.</summary>
public sealed class RunTests
{
    public static TheoryData<string> Workloads() => [.. Workload.All.Where(w => !w.IsCached).Select(w => w.Name)];

    [Theory]
    [MemberData(nameof(Workloads))]
    public async Task A_workload_prints_what_is_expected_and_nothing_else(string name)
    {
        Workload workload = Workload.Named(name);
        using var folder = new TempFolder();
        string[] arguments = workload.Run([], folder.Name, workload.TestArgs);
        using ChildCommand command = workload.Stdin is { } input
            ? ChildCommand.StartWithInput(WorkloadCommand.PathOf(input), arguments)
            : ChildCommand.Start(arguments);
        CommandResult result = (await command.EndAsync()).AssertExit(0);
        Assert.Equal(workload.TestOutput, result.Output);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task The_exit_code_of_the_program_is_passed_on()
    {
        using var folder = new TempFolder();
        (await CommandResult.OfAsync("run", folder.File("exits.wasm", SmallModules.Exits(42)))).AssertExit(42);
        (await ChildCommand.OfAsync("run", folder.File("exits.wasm"))).AssertExit(42);
    }

    [Fact]
    public async Task Everything_behind_the_module_is_the_programs_own()
    {
        CommandResult result = await ChildCommand.OfAsync("run", WorkloadCommand.PathOf("kv/kv.wasm"), "--listen", "nothing");
        result.AssertExit(2);
        Assert.Contains("kv: unknown option '--listen'", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_module_is_refused_with_the_place_and_the_reason()
    {
        using var folder = new TempFolder();
        string malformed = folder.File("malformed.wasm", [.. SmallModules.Traps[..20]]);
        string invalid = folder.File("invalid.wasm", SmallModules.Invalid);
        CommandResult result = (await CommandResult.OfAsync("run", malformed)).AssertExit(125);
        Assert.Matches(@"^quicwasm: .*malformed\.wasm: malformed module at offset 0x[0-9a-f]+: .+\n$", result.Error);
        result = (await CommandResult.OfAsync("run", invalid)).AssertExit(125);
        Assert.Matches(@"^quicwasm: .*invalid\.wasm: invalid module at offset 0x[0-9a-f]+: .+\n$", result.Error);
        result = (await CommandResult.OfAsync("validate", malformed, invalid, WorkloadCommand.PathOf("kv/kv.wasm"))).AssertExit(125);
        Assert.Equal(2, result.Error.Count(c => c == '\n'));
        (await CommandResult.OfAsync("validate", WorkloadCommand.PathOf("kv/kv.wasm"))).AssertExit(0);
    }

    [Fact]
    public async Task A_missing_module_or_import_is_said()
    {
        using var folder = new TempFolder();
        CommandResult result = (await CommandResult.OfAsync("run", folder.File("nothing.wasm"))).AssertExit(125);
        Assert.Contains("there is no file", result.Error, StringComparison.Ordinal);
        result = (await CommandResult.OfAsync("run", WorkloadCommand.PathOf("pair/pair-main.wasm"))).AssertExit(125);
        Assert.Contains("unknown import: \"pair-library\"", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trap_is_told_with_its_trace()
    {
        using var folder = new TempFolder();
        CommandResult result = (await CommandResult.OfAsync("run", folder.File("traps.wasm", SmallModules.Traps))).AssertExit(134);
        Assert.Matches(@"^quicwasm: the program trapped: unreachable\n    at boom.*\n    at start.*\n$", result.Error);
    }
}

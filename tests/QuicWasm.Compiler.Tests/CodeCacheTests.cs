using QuicWasm.Interpreter;
using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.Testing;

namespace QuicWasm.Compiler.Tests;

/// <summary>Compiled code on disk is used again, and only where it is whole, this user's, and of this engine.</summary>
public sealed class CodeCacheTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"quicwasm-code-{Guid.NewGuid():N}");
    private readonly List<string> _reports = [];

    public static TheoryData<string> Scenarios() => Scenario.Names;

    [Theory]
    [InlineData(CompileMode.Eager)]
    [InlineData(CompileMode.Tiered)]
    public void A_program_that_runs_again_finds_its_code(CompileMode mode)
    {
        Assert.All(Run(CompileMode.Eager), p => Assert.False(p.IsKept));

        IReadOnlyList<FunctionProfile> again = Run(mode, context => WaitForCode(context));

        Assert.Contains(again, p => p.IsKept && p.CompileTime is not null);
        Assert.DoesNotContain(again, p => p is { IsKept: false, CompileTime: not null });
        Assert.Empty(_reports);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Kept_code_can_be_captured_at_every_safe_point_and_gives_the_same(string name)
    {
        Scenario scenario = Scenario.Named(name);
        ulong[] expected = RunScenario(scenario, step: long.MaxValue);

        Assert.Equal(expected, RunScenario(scenario, step: long.MaxValue));
        Assert.Equal(expected, RunScenario(scenario, step: 3));
        Assert.Empty(_reports);
    }

    [Fact]
    public void A_file_that_was_changed_anywhere_is_not_used_and_made_anew()
    {
        Run(CompileMode.Eager);
        string file = Assert.Single(Directory.GetFiles(_folder, "*.qwcode"));
        byte[] whole = File.ReadAllBytes(file);
        foreach (int at in (int[])[0, 5, whole.Length / 3, whole.Length / 2, whole.Length - 1])
        {
            byte[] changed = [.. whole];
            changed[at] ^= 0x10;
            File.WriteAllBytes(file, changed);
            _reports.Clear();

            Assert.All(Run(CompileMode.Eager), p => Assert.False(p.IsKept));

            Assert.Contains("damaged", Assert.Single(_reports), StringComparison.Ordinal);
        }

        File.WriteAllBytes(file, whole[..^7]);
        Assert.All(Run(CompileMode.Eager), p => Assert.False(p.IsKept));
        Assert.Contains(Run(CompileMode.Eager), p => p.IsKept);
    }

    [Fact]
    public void A_file_of_another_cache_is_not_used()
    {
        Run(CompileMode.Eager);
        File.WriteAllBytes(Path.Combine(_folder, "key"), new byte[32]);

        Assert.All(Run(CompileMode.Eager), p => Assert.False(p.IsKept));

        Assert.Single(_reports);
    }

    [Fact]
    public void Files_and_folder_are_the_users_alone_and_a_folder_that_is_not_is_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("folders there have no modes");
            return;
        }

        Run(CompileMode.Eager);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
        foreach (string file in Directory.GetFiles(_folder))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }


        File.SetUnixFileMode(_folder, File.GetUnixFileMode(_folder) | UnixFileMode.OtherWrite);

        Assert.Contains(_folder, Assert.Throws<UnauthorizedAccessException>(() => Cache()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_cache_keeps_within_its_limit_and_what_was_used_last()
    {
        Run(CompileMode.Eager, program: "calls");
        long length = new FileInfo(Directory.GetFiles(_folder, "*.qwcode").Single()).Length;

        Run(CompileMode.Eager, limitBytes: length * 2, program: "loops", export: "sum");
        Run(CompileMode.Eager, limitBytes: length * 2, program: "frames", export: "outer", arguments: [5, 11]);

        Assert.InRange(Directory.GetFiles(_folder, "*.qwcode").Sum(f => new FileInfo(f).Length), 1, length * 2);
        Assert.Contains(Run(CompileMode.Eager, limitBytes: length * 2, program: "frames", export: "outer", arguments: [5, 11]), p => p.IsKept);
        Run(CompileMode.Eager, limitBytes: 100, program: "references", export: "run");
        Assert.Contains("larger", Assert.Single(_reports), StringComparison.Ordinal);
    }

    [Fact]
    public void An_engine_takes_the_code_of_another_and_none_of_another_module_or_build()
    {
        using RuntimeContext from = Context(CompileMode.Eager, cache: null);
        ModuleInstance source = from.Instantiate(ModuleLoader.Load(TestPrograms.Binary("calls")));
        Assert.Equal(13, from.CallI32(source, "fib", 7));
        var engine = (CompilerEngine)from.Engine;
        byte[] package = engine.Package(source, engine.CodeIdentity)!;
        Assert.Null(engine.Package(source, "another build"));

        using RuntimeContext to = Context(CompileMode.Tiered, cache: null);
        ModuleInstance other = to.Instantiate(ModuleLoader.Load(TestPrograms.Binary("loops")));
        ModuleInstance same = to.Instantiate(ModuleLoader.Load(TestPrograms.Binary("calls")));
        var taker = (CompilerEngine)to.Engine;
        Assert.False(taker.Accept(other, package));
        Assert.False(taker.Accept(same, package.AsMemory(0, package.Length / 2)));
        Assert.True(taker.Accept(same, package));
        WaitForCode(to);
        Assert.Equal(13, to.CallI32(same, "fib", 7));
        Assert.Contains(taker.Profile, p => p.IsKept);
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private CodeCache Cache(long limitBytes = CodeCache.DefaultLimitBytes) => new(_folder, limitBytes, _reports.Add);

    private static RuntimeContext Context(CompileMode mode, CodeCache? cache) => new(new Configure
    {
        Engine = c => new CompilerEngine(c, b => new InterpreterEngine(b), mode, cache: cache),
        MaxMemoryBytes = 16 << 20,
        HostModules =
        [
            _ => new FakeHostModule("host").With("add", static (in call) =>
            {
                call.Results[0] = (uint)(call.Arguments[0] + call.Arguments[1]);
                return HostOutcome.Completed;
            }),
        ],
    });

    // A module of its own each time: nothing is shared but the folder.
    private IReadOnlyList<FunctionProfile> Run(
        CompileMode mode,
        Action<RuntimeContext>? between = null,
        long limitBytes = CodeCache.DefaultLimitBytes,
        string program = "calls",
        string export = "fib",
        ulong[]? arguments = null)
    {
        using RuntimeContext context = Context(mode, Cache(limitBytes));
        ModuleInstance instance = context.Instantiate(ModuleLoader.Load(TestPrograms.Binary(program)));
        ulong[] first = context.Call(instance, export, arguments ?? [7]);
        between?.Invoke(context);
        Assert.Equal(first, context.Call(instance, export, arguments ?? [7]));
        return ((CompilerEngine)context.Engine).Profile;
    }

    // What comes from elsewhere is compiled in the background, and published there.
    private static void WaitForCode(RuntimeContext context) =>
        Assert.True(SpinWait.SpinUntil(() => context.Engine is not CompilerEngine { HasCodeWaiting: true }, TimeSpan.FromSeconds(60)), "the code was not compiled in time");

    private ulong[] RunScenario(Scenario scenario, long step)
    {
        using RuntimeContext context = Context(CompileMode.Eager, Cache());
        ModuleInstance? last = null;
        foreach (string module in scenario.Modules)
        {
            last = context.Instantiate(ModuleLoader.Load(TestPrograms.Binary(module)), module, runStart: false);
        }

        context.Interruption.RequestAfter(step);
        ExecutionOutcome outcome = scenario.Begin(context, last!, out ulong[] results);
        while (outcome.Stack is { } stack)
        {
            StackVerifier.Verify(context.Store, stack);
            context.Interruption.Clear();
            context.Interruption.RequestAfter(step);
            outcome = context.Resume(stack, results);
        }

        context.Interruption.Clear();
        return results;
    }
}

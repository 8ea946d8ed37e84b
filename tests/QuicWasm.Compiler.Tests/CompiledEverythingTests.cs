using QuicWasm.Interpreter;
using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.Testing;

namespace QuicWasm.Compiler.Tests;

/// <summary>Nothing of the language is left to the interpreter.</summary>
public sealed class CompiledEverythingTests
{
    private const int Throws = 30_000;

    [Theory]
    [InlineData("exceptions")]
    [InlineData("wide")]
    [InlineData("references")]
    [InlineData("tails")]
    [InlineData("memories")]
    [InlineData("relaxed")]
    public void Every_function_of_the_program_is_compiled(string program)
    {
        ValidatedModule module = TestPrograms.Load(program);
        var code = new ModuleCode(module, new CodeVariant(IsGuarded: false, HasSafePoints: true));
        int count = module.Module.Functions.Length;
        Assert.Equal(count, code.Compile(Enumerable.Range(0, count).Select(static i => new CodeKey(i, -1))).Count);
    }

    // A program that starts asks at each function's first call, while the first functions are being compiled.
    [Fact]
    public async Task Whether_a_function_is_compiled_is_answered_while_others_are_being_compiled()
    {
        var code = new ModuleCode(TestPrograms.Load("calls"), new CodeVariant(IsGuarded: false, HasSafePoints: true));
        using var asked = new ManualResetEventSlim();
        using var compiling = new ManualResetEventSlim();
        IEnumerable<CodeKey> Waiting()
        {
            compiling.Set();
            asked.Wait();
            yield return new CodeKey(0, -1);
        }

        Task<List<CompiledCode>> compiled = Task.Run(() => code.Compile(Waiting()));
        compiling.Wait(TestContext.Current.CancellationToken);
        try
        {
            Task<CompiledCode?> found = Task.Run(() => code.Find(new CodeKey(0, -1)));
            Assert.Null(await found.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        }
        finally
        {
            asked.Set();
        }

        Assert.Same(Assert.Single(await compiled), code.Find(new CodeKey(0, -1)));
    }

    [Fact]
    public void Without_safe_points_a_function_that_throws_stays_in_the_interpreter_and_the_program_runs()
    {
        using RuntimeContext context = Context(hasSafePoints: false);
        ModuleInstance instance = context.Instantiate(TestPrograms.Load("exceptions"));
        Assert.Equal(1000, context.CallI32(instance, "catcher", 1));
        Assert.Equal(6 + 7 + 18, context.CallI32(instance, "catcher", 6));
    }

    [Fact]
    public void References_to_exceptions_that_compiled_code_has_dropped_are_taken_away_while_it_runs()
    {
        using RuntimeContext context = Context(hasSafePoints: true);
        ModuleInstance instance = context.Instantiate(TestPrograms.Load("exceptions"));
        Assert.Equal(6, context.CallI32(instance, "throws_with_reference", Throws));
        Assert.InRange(context.Store.Exceptions.Count, 0, 4096);
        Assert.True(context.Store.Exceptions.LastReference >= Throws);
    }

    [Fact]
    public void A_suspension_that_was_asked_for_comes_out_also_where_exceptions_are_taken_away()
    {
        using RuntimeContext context = Context(hasSafePoints: true);
        ModuleInstance instance = context.Instantiate(TestPrograms.Load("exceptions"));
        context.Interruption.RequestAfter(Throws / 2);
        ExecutionOutcome outcome = context.Begin(instance, "throws_with_reference", [Throws], out ulong[] results);
        Assert.True(outcome.IsSuspended);
        Assert.Equal(6u, context.Finish(outcome, results));
    }

    private static RuntimeContext Context(bool hasSafePoints) => new(new Configure
    {
        Engine = c => new CompilerEngine(c, b => new InterpreterEngine(b), CompileMode.Eager, hasSafePoints),
        HostModules =
        [
            _ => new FakeHostModule("host").With("add", static (in call) =>
            {
                call.Results[0] = (uint)(call.Arguments[0] + call.Arguments[1]);
                return HostOutcome.Completed;
            }),
        ],
    });
}

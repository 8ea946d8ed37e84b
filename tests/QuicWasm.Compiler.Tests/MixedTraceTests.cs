using QuicWasm.Interpreter;
using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.Testing;

namespace QuicWasm.Compiler.Tests;

/// <summary>A trap in a stack of which some functions are compiled and some are not.</summary>
public sealed class MixedTraceTests
{
    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    [InlineData(false, 3)]
    [InlineData(true, 0)]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    [InlineData(true, 3)]
    public void Its_trace_names_all_functions(bool isInnermostCompiled, int outerCompiled)
    {
        ValidatedModule module = ModuleLoader.Load(TestPrograms.Binary("traps"));
        using RuntimeContext eager = New(CompileMode.Eager);
        ModuleInstance compiled = eager.Instantiate(module);
        if (isInnermostCompiled)
        {
            Assert.Equal(2, eager.CallI32(compiled, "divide", 4, 2));
        }

        // A function is compiled when it is called, and no further than the fuel lasts.
        eager.Interruption.LimitFuel(outerCompiled);
        Assert.Throws<TrapException>(() => eager.Call(compiled, "nested"));

        using RuntimeContext tiered = New(CompileMode.Tiered);
        var trap = Assert.Throws<TrapException>(() => tiered.Call(tiered.Instantiate(module), "nested"));

        Assert.Equal(["divide", "innermost", "middle", "outermost"], trap.Trace.Select(f => f.Function));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void That_of_an_exception_which_nothing_catches_does_too(bool isInnerCompiled, bool isOuterCompiled)
    {
        ValidatedModule module = ModuleLoader.Load(TestPrograms.Binary("exceptions"));
        using RuntimeContext eager = New(CompileMode.Eager);
        ModuleInstance compiled = eager.Instantiate(module);
        if (isInnerCompiled)
        {
            Assert.Throws<TrapException>(() => eager.Call(compiled, "thrower", 1));
        }

        eager.Interruption.LimitFuel(0);
        Assert.Throws<TrapException>(() => eager.Call(compiled, isOuterCompiled ? "deep" : "run", 1));

        using RuntimeContext tiered = New(CompileMode.Tiered);
        var trap = Assert.Throws<TrapException>(() => tiered.Call(tiered.Instantiate(module), "deep", 1));

        // Thrower and deep; the module has no names for them.
        Assert.Equal(["function[1]", "function[2]"], trap.Trace.Select(f => f.Function));
    }

    private static RuntimeContext New(CompileMode mode) => new(new Configure
    {
        Engine = c => new CompilerEngine(c, b => new InterpreterEngine(b), mode),
        HostModules = [static _ => new FakeHostModule("host").With("add", static (in call) => HostOutcome.Completed)],
    });
}

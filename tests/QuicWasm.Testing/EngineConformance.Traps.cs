using QuicWasm.Runtime;

namespace QuicWasm.Testing;

// Traps: their words, their traces, and what is left after one.
public abstract partial class EngineConformance
{
    private const int SmallStackBytes = 256 * 1024;

    [Theory]
    [InlineData("unreachable", TrapKind.Unreachable, "unreachable")]
    [InlineData("divide_by_zero", TrapKind.IntegerDivideByZero, "integer divide by zero")]
    [InlineData("overflow", TrapKind.IntegerOverflow, "integer overflow")]
    [InlineData("convert_nan", TrapKind.InvalidConversionToInteger, "invalid conversion to integer")]
    [InlineData("convert_large", TrapKind.IntegerOverflow, "integer overflow")]
    [InlineData("load", TrapKind.OutOfBoundsMemoryAccess, "out of bounds memory access")]
    [InlineData("load_far", TrapKind.OutOfBoundsMemoryAccess, "out of bounds memory access")]
    [InlineData("store", TrapKind.OutOfBoundsMemoryAccess, "out of bounds memory access")]
    [InlineData("fill", TrapKind.OutOfBoundsMemoryAccess, "out of bounds memory access")]
    [InlineData("copy", TrapKind.OutOfBoundsMemoryAccess, "out of bounds memory access")]
    [InlineData("table_get", TrapKind.OutOfBoundsTableAccess, "out of bounds table access")]
    [InlineData("table_fill", TrapKind.OutOfBoundsTableAccess, "out of bounds table access")]
    [InlineData("mismatch", TrapKind.IndirectCallTypeMismatch, "indirect call type mismatch")]
    [InlineData("uninitialized", TrapKind.UninitializedElement, "uninitialized element")]
    [InlineData("undefined", TrapKind.UndefinedElement, "undefined element")]
    public void A_trap_has_the_words_of_the_specification(string export, TrapKind kind, string words)
    {
        using RuntimeContext context = NewContext();
        ModuleInstance traps = Load(context, "traps");
        var trap = Assert.Throws<TrapException>(() => context.Call(traps, export));
        Assert.Equal(kind, trap.Kind);
        Assert.StartsWith(words, trap.Message, StringComparison.Ordinal);
        Assert.NotEmpty(trap.Trace);
        Assert.All(trap.Trace, f => Assert.True(f.Pc >= 0));
    }

    [Fact]
    public void A_trace_names_the_functions_innermost_first()
    {
        using RuntimeContext context = NewContext();
        ModuleInstance traps = Load(context, "traps");
        var trap = Assert.Throws<TrapException>(() => context.Call(traps, "nested"));
        Assert.Equal(["divide", "innermost", "middle", "outermost"], trap.Trace.Select(f => f.Function));
    }

    // A frame that is made when its first safe point traps may be in the trace or not; its callers are.
    [Theory]
    [InlineData(0, "outermost")]
    [InlineData(1, "middle", "outermost")]
    [InlineData(2, "innermost", "middle", "outermost")]
    [InlineData(3, "divide", "innermost", "middle", "outermost")]
    public void A_trap_at_the_entry_of_a_function_has_its_callers_in_the_trace(int fuel, string entered, params string[] callers)
    {
        using RuntimeContext context = NewContext();
        ModuleInstance traps = Load(context, "traps");
        context.Interruption.LimitFuel(fuel);
        var trap = Assert.Throws<TrapException>(() => context.Call(traps, "nested"));
        Assert.Equal(TrapKind.OutOfFuel, trap.Kind);
        Assert.Equal(callers, trap.Trace.Select(f => f.Function).SkipWhile(f => f == entered));
    }

    [Fact]
    public void A_trace_goes_across_instances()
    {
        using RuntimeContext context = NewContext();
        ModuleInstance library = Load(context, "library");
        ModuleInstance user = Load(context, "user");
        library.Table("table").Set(0, Reference.Null);
        var trap = Assert.Throws<TrapException>(() => context.Call(user, "run", 3));
        Assert.Equal(TrapKind.UninitializedElement, trap.Kind);
        Assert.Equal(2, trap.Trace.Length);
    }

    [Fact]
    public void After_a_trap_the_instance_goes_on_with_what_was_written()
    {
        using RuntimeContext context = NewContext();
        ModuleInstance traps = Load(context, "traps");
        for (int i = 0; i < 3; i++)
        {
            Assert.Throws<TrapException>(() => context.Call(traps, "nested"));
            Assert.Throws<TrapException>(() => context.Call(traps, "endless_recursion", 0));
            Assert.Equal(41, context.CallI32(traps, "read"));
            Assert.Equal(3, context.CallI32(traps, "divide", 10, 3));
        }
    }

    [Theory]
    [InlineData("endless_recursion")]
    [InlineData("endless_indirect")]
    public void Endless_recursion_traps_on_this_thread(string export) => ExhaustTheStack(export);

    [Theory]
    [InlineData("endless_recursion")]
    [InlineData("endless_indirect")]
    public void Endless_recursion_traps_on_a_thread_with_a_small_stack(string export) => RunOnThread(() => ExhaustTheStack(export), SmallStackBytes);

    [Fact]
    public void Endless_recursion_through_the_host_traps_on_a_thread_with_a_small_stack() => RunOnThread(ExhaustTheStackThroughTheHost, SmallStackBytes);

    [Fact]
    public void Endless_recursion_through_the_host_traps_on_a_thread_with_a_common_stack() =>
        RunOnThread(ExhaustTheStackThroughTheHost, 8 * SmallStackBytes);

    private void ExhaustTheStack(string export)
    {
        using RuntimeContext context = NewContext();
        ModuleInstance traps = Load(context, "traps");
        ulong[] arguments = new ulong[traps.Function(export).Type.ParameterSlots];
        var trap = Assert.Throws<TrapException>(() => context.Call(traps, export, arguments));
        Assert.Equal(TrapKind.CallStackExhausted, trap.Kind);
        Assert.Equal("call stack exhausted", trap.Message);
        Assert.NotEmpty(trap.Trace);
        Assert.InRange(trap.Trace.Length, 1, 1000);
        Assert.Equal(41, 41 + context.CallI32(traps, "read"));
    }

    private void ExhaustTheStackThroughTheHost()
    {
        ModuleInstance? instance = null;
        using var context = new RuntimeContext(Options(CreateEngine, h => h.With("wait", Completed).With("back", Recurse)) with { MaxStackBytes = 64 << 20 });
        instance = Load(context, "host");
        var trap = Assert.Throws<TrapException>(() => context.Call(instance, "recurse", 0));
        Assert.Equal(TrapKind.CallStackExhausted, trap.Kind);
        Assert.Equal(0, context.CallI32(instance, "count", 1) - 1);

        HostOutcome Recurse(in HostCall call)
        {
            call.Context.Invoke(instance!.Function("recurse"), call.Arguments, call.Results);
            return HostOutcome.Completed;
        }
    }

    private static HostOutcome Completed(in HostCall call) => HostOutcome.Completed;
}

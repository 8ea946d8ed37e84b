using QuicWasm.Runtime;

namespace QuicWasm.Testing;

// Exceptions. That they can be captured anywhere, the scenarios show.
public abstract partial class EngineConformance
{
    [Theory]
    [InlineData(4, 100 + 5)]
    [InlineData(1, 1000)]
    [InlineData(6, 6 + 7 + 18)]
    [InlineData(7, 7 + 2007)]
    public void An_exception_is_caught_by_the_first_clause_that_has_its_tag(ulong n, int expected)
    {
        using RuntimeContext context = NewContext();
        Assert.Equal(expected, context.CallI32(Load(context, "exceptions"), "catcher", n));
    }

    [Theory]
    [InlineData(1, "nothing", new ulong[0])]
    [InlineData(6, "pair", new ulong[] { 6, 18 })]
    public void An_exception_that_nothing_catches_is_a_trap_that_names_its_tag(ulong n, string tag, ulong[] fields)
    {
        using RuntimeContext context = NewContext();
        ModuleInstance exceptions = Load(context, "exceptions");
        TrapException trap = Assert.Throws<TrapException>(() => context.Call(exceptions, "deep", n));
        Assert.Equal(TrapKind.UncaughtException, trap.Kind);
        Assert.Equal($"uncaught exception: tag {tag}", trap.Message);
        Assert.Same(exceptions.Tag(tag), trap.Thrown!.Tag);
        Assert.Equal(fields, trap.Thrown.Fields);
        Assert.Equal(2, trap.Trace.Length);
        Assert.Equal(1000, context.CallI32(exceptions, "catcher", 1));
    }

    [Fact]
    public void A_null_reference_cannot_be_thrown()
    {
        using RuntimeContext context = NewContext();
        ModuleInstance exceptions = Load(context, "exceptions");
        Assert.Equal(TrapKind.NullExceptionReference, Assert.Throws<TrapException>(() => context.Call(exceptions, "null", 0)).Kind);
    }

    [Fact]
    public void An_exception_of_a_nested_call_passes_through_the_host_to_the_code_that_called_it()
    {
        using RuntimeContext context = NewContext(h => h.With("add", static (in call) =>
        {
            RuntimeContext context = call.Context;
            ulong[] results = [0];
            if (call.Arguments[1] == 1)
            {
                context.Invoke(call.Caller!.Function("deep"), [6], results);
            }

            call.Results[0] = call.Arguments[0] + call.Arguments[1];
            return HostOutcome.Completed;
        }));
        Assert.Equal(6 + 7 + 18, context.CallI32(Load(context, "exceptions"), "catcher", 4));
    }

    [Theory]
    [InlineData("calls_tail", 66)]
    [InlineData("catcher", 1000)]
    public void An_exception_of_a_host_function_is_caught_by_its_caller_but_not_by_a_frame_that_it_replaced(string export, int expected)
    {
        using RuntimeContext context = NewContext(h => h.With("add", static (in call) =>
            throw new TrapException(new ExceptionInstance(call.Caller!.Tag("nothing"), []))));
        ModuleInstance exceptions = Load(context, "exceptions");
        Assert.Equal(expected, context.CallI32(exceptions, export, 4));
        Assert.Equal(TrapKind.UncaughtException, Assert.Throws<TrapException>(() => context.Call(exceptions, "tail", 4)).Kind);
    }

    [Fact]
    public void A_trap_is_no_exception_that_could_be_caught()
    {
        using RuntimeContext context = NewContext(h => h.With("add", static (in call) => throw new TrapException(TrapKind.HostError, "refused")));
        Assert.Equal(TrapKind.HostError, Assert.Throws<TrapException>(() => context.Call(Load(context, "exceptions"), "catcher", 4)).Kind);
    }

    [Theory]
    [InlineData("throws", 10_000_000UL, 5, 0)]
    [InlineData("throws_with_reference", 1_000_000UL, 6, 10_000)]
    public void Exceptions_that_nothing_refers_to_any_more_take_no_room(string export, ulong count, int expected, int most)
    {
        using RuntimeContext context = NewContext();
        ModuleInstance exceptions = Load(context, "exceptions");
        Assert.Equal(7 + 2007, context.CallI32(exceptions, "catcher", 7));
        int kept = context.Store.Exceptions.Count;
        Assert.Equal(expected, context.CallI32(exceptions, export, count));
        Assert.InRange(context.Store.Exceptions.Count, kept, kept + most);
        Assert.True(context.Store.IsValid(exceptions.Table("kept").Get(0), ValueType.ExnRef), "an exception in a table was taken away");
    }
}

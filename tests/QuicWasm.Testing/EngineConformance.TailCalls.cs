using QuicWasm.Runtime;

namespace QuicWasm.Testing;

// Tail calls. That they can be captured anywhere, the scenarios show.
public abstract partial class EngineConformance
{
    [Theory]
    [InlineData(1_000_000UL, 1)]
    [InlineData(1_000_001UL, 0)]
    public void A_long_chain_of_tail_calls_needs_no_stack(ulong n, int expected)
    {
        using RuntimeContext context = NewContext();
        Load(context, "tails_library");
        Assert.Equal(expected, context.CallI32(Load(context, "tails"), "even", n));
    }

    [Fact]
    public void A_long_chain_of_tail_calls_between_instances_and_through_a_table_needs_no_stack()
    {
        using RuntimeContext context = NewContext();
        Load(context, "tails_library");
        ModuleInstance tails = Load(context, "tails");
        Assert.Single(context.Call(tails, "far", 300_000));
        Assert.Equal(7, tails.Memory("memory").Span(0, 1)[0]);
    }

    [Fact]
    public void Several_results_of_a_tail_call_come_in_order()
    {
        using RuntimeContext context = NewContext();
        Load(context, "tails_library");
        ModuleInstance tails = Load(context, "tails");
        Assert.Equal([2UL, 1UL], context.Call(tails, "swap", 7, 1, 2));
        Assert.Equal([1UL, 2UL], context.Call(tails, "swap", 8, 1, 2));
    }

    [Fact]
    public void In_a_chain_of_tail_calls_there_is_one_frame()
    {
        using RuntimeContext context = NewContext();
        Load(context, "tails_library");
        ModuleInstance tails = Load(context, "tails");
        context.Interruption.RequestAfter(5000);
        ExecutionOutcome outcome = context.Begin(tails, "endless", [], out ulong[] results);
        Assert.Single(outcome.Stack!.Frames);
        context.Interruption.Clear();
        context.Interruption.RequestAfter(5000);
        outcome = context.Resume(outcome.Stack, results);
        Assert.Single(outcome.Stack!.Frames);
    }

    [Theory]
    [InlineData("tails", "far", new ulong[] { 0 }, new ulong[] { 7, 1000 }, 2)]
    [InlineData("tails_library", "step", new ulong[] { 1, 1 }, new ulong[] { 25, 5, 3 }, 1)]
    public void A_host_function_called_last_that_is_interrupted_is_issued_again(
        string module, string export, ulong[] arguments, ulong[] operands, int frameCount)
    {
        int calls = 0;
        using RuntimeContext context = NewContext(h => h.With("add", (in call) =>
        {
            call.Results[0] = call.Arguments[0] + call.Arguments[1];
            if (calls++ > 0)
            {
                return HostOutcome.Completed;
            }

            call.Context.Interruption.Request();
            return HostOutcome.Interrupted;
        }));
        Load(context, "tails_library");
        Load(context, "tails");
        ExecutionOutcome outcome = context.Begin(context.Registered[module], export, arguments, out ulong[] results);
        Assert.Equal(frameCount, outcome.Stack!.Frames.Length);
        Assert.Equal(operands, outcome.Stack.Frames[^1].Operands);
        Assert.Equal(operands[0] + operands[1], context.Finish(outcome, results));
        Assert.Equal(2, calls);
    }

    [Fact]
    public void A_trap_after_tail_calls_is_traced_to_the_function_that_runs()
    {
        using RuntimeContext context = NewContext();
        Load(context, "tails_library");
        ModuleInstance tails = Load(context, "tails");
        var trap = Assert.Throws<TrapException>(() => context.Call(tails, "trap", 100));
        Assert.Equal(TrapKind.Unreachable, trap.Kind);
        Assert.Equal("trap", Assert.Single(trap.Trace).Function);
        Assert.Equal(TrapKind.IndirectCallTypeMismatch, Assert.Throws<TrapException>(() => context.Call(tails, "bad_type")).Kind);
    }
}

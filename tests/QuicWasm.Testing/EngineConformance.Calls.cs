using QuicWasm.Runtime;

namespace QuicWasm.Testing;

// Calls, arguments and results.
public abstract partial class EngineConformance
{
    [Theory]
    [InlineData("i32", 0xFFFF_FFFFUL)]
    [InlineData("i64", 0x8000_0000_0000_0001UL)]
    [InlineData("f32", 0x7FA0_0001UL)]
    [InlineData("f64", 0xFFF4_0000_0000_0001UL)]
    [InlineData("funcref", 0UL)]
    [InlineData("funcref", 3UL)]
    [InlineData("externref", 0x1234_5678_9ABCUL)]
    public void A_value_of_every_type_goes_in_and_comes_out_bit_for_bit(string export, ulong bits)
    {
        using RuntimeContext context = NewContext();
        Assert.Equal([bits], context.Call(Load(context, "calls"), export, bits));
    }

    [Fact]
    public void Several_results_come_in_order()
    {
        using RuntimeContext context = NewContext();
        ModuleInstance calls = Load(context, "calls");
        Assert.Equal([2UL, 1UL], context.Call(calls, "swap", 1, 2));
        Assert.Equal([1UL, 2UL], context.Call(calls, "swap_back", 1, 2));
        Assert.Equal([3UL, 1UL, 2UL], context.Call(calls, "turn", 1, 2, 3));
        Assert.Empty(context.Call(calls, "nothing"));
    }

    [Fact]
    public void Recursion_gives_what_it_should()
    {
        using RuntimeContext context = NewContext();
        ModuleInstance calls = Load(context, "calls");
        Assert.Equal([2432902008176640000UL], context.Call(calls, "fac", 20));
        Assert.Equal(6765, context.CallI32(calls, "fib", 20));
    }

    [Fact]
    public void Locals_begin_as_zero_whatever_stood_on_the_stack_before()
    {
        using RuntimeContext context = NewContext();
        ModuleInstance calls = Load(context, "calls");
        context.Call(calls, "turn", ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);
        context.Call(calls, "fac", 20);
        Assert.Equal([0UL], context.Call(calls, "locals_are_zero"));
    }

    [Theory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void A_program_gives_the_same_result_and_state_in_every_runtime(string scenario)
    {
        (ulong[] results, string state) = RunThrough(Scenario.Named(scenario));
        (ulong[] again, string stateAgain) = RunThrough(Scenario.Named(scenario));
        Assert.Equal(results, again);
        Assert.Equal(state, stateAgain);
    }

    [Theory]
    [InlineData("loops with parameters", 1_000_045UL)]
    [InlineData("nested loops over memory", 65UL)]
    [InlineData("locals of every kind across a call", 117UL)]
    [InlineData("constant expressions that compute", 2021UL)]
    [InlineData("several memories, one of another instance", 6167UL)]
    [InlineData("tail calls of every kind", 1_823_707_109UL)]
    public void Programs_compute_what_arithmetic_says(string scenario, ulong expected) =>
        Assert.Equal([expected], RunThrough(Scenario.Named(scenario)).Results);

    [Fact]
    public void An_import_of_a_host_function_that_is_exported_again_can_be_called_from_outside()
    {
        using RuntimeContext context = NewContext();
        ModuleInstance indirect = Load(context, "indirect");
        FunctionInstance add = indirect.Functions[0];
        ulong[] results = new ulong[1];
        Assert.False(context.Invoke(add, [40, 2], results).IsSuspended);
        Assert.Equal(42UL, results[0]);
    }

    [Fact]
    public void Code_runs_with_the_memory_of_its_own_instance()
    {
        using RuntimeContext context = NewContext();
        ModuleInstance library = Load(context, "library");
        ModuleInstance user = Load(context, "user");
        context.Call(user, "run", 3);
        Assert.Equal(5, user.Memory("memory").Span(32, 1)[0]);
        Assert.Equal(2, library.Memory("memory").Span(32, 1)[0]);
    }

    /// <summary>Runs a scenario without a capture; gives its results and its state.</summary>
    private (ulong[] Results, string State) RunThrough(Scenario scenario)
    {
        using RuntimeContext context = NewContext();
        ModuleInstance instance = scenario.Instantiate(context);
        Assert.False(scenario.Begin(context, instance, out ulong[] results).IsSuspended);
        return (results, ProgramState.Describe(context.Store));
    }

    // The number of safe points is the first n at which a suspension is not reached any more.
    private long SafePointsOf(Scenario scenario)
    {
        for (long n = 1; ; n++)
        {
            using RuntimeContext context = NewContext();
            ModuleInstance instance = scenario.Instantiate(context);
            context.Interruption.RequestAfter(n);
            if (!scenario.Begin(context, instance, out _).IsSuspended)
            {
                return n - 1;
            }
        }
    }
}

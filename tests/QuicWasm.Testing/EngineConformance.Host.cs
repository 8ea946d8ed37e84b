using System.Diagnostics;
using QuicWasm.Runtime;

namespace QuicWasm.Testing;

// Host functions that call Wasm again, and what a steady run allocates.
public abstract partial class EngineConformance
{
    [Fact]
    public void A_memory_that_grew_during_a_nested_call_is_seen_at_once()
    {
        using RuntimeContext context = NewContext(CallsBack("grow"));
        ModuleInstance host = Load(context, "host");
        Assert.Equal(2077, context.CallI32(host, "sees_growth"));
        Assert.Equal(77, BitConverter.ToInt32(host.Memory("memory").Span(65540, 4)));
    }

    [Fact]
    public void A_nested_call_leaves_the_frames_below_as_they_were()
    {
        using RuntimeContext context = NewContext(CallsBack("count"));
        Assert.Equal(14, context.CallI32(Load(context, "host"), "back_then_count", 7));
    }

    [Fact]
    public void A_trap_in_a_nested_call_ends_the_whole_computation()
    {
        using RuntimeContext context = NewContext(CallsBack("trap"));
        ModuleInstance host = Load(context, "host");
        Assert.Equal(TrapKind.Unreachable, Assert.Throws<TrapException>(() => context.Call(host, "back_then_count", 1)).Kind);
        Assert.Equal(3, context.CallI32(host, "count", 3));
    }

    [Fact]
    public void A_host_function_may_catch_a_trap_of_its_nested_call_and_go_on()
    {
        using RuntimeContext context = NewContext(h => h.With("wait", Completed).With("back", static (in call) =>
        {
            FunctionInstance trap = call.Caller!.Function("trap");
            RuntimeContext context = call.Context;
            Assert.Throws<TrapException>(() => context.Invoke(trap, [0], new ulong[1]));
            call.Results[0] = 100;
            return HostOutcome.Completed;
        }));
        Assert.Equal(103, context.CallI32(Load(context, "host"), "back_then_count", 3));
    }

    [Fact]
    public void An_exception_of_a_host_function_passes_through_and_the_engine_can_be_used_again()
    {
        using RuntimeContext context = NewContext(h => h
            .With("wait", static (in call) => throw new ProgramExitException(3))
            .With("back", static (in call) => throw new InvalidOperationException("the host broke")));
        ModuleInstance host = Load(context, "host");
        Assert.Equal("the host broke", Assert.Throws<InvalidOperationException>(() => context.Call(host, "recurse", 1)).Message);
        Assert.Equal(3, Assert.Throws<ProgramExitException>(() => context.Call(host, "waits", 1)).ExitCode);
        Assert.Equal(3, context.CallI32(host, "count", 3));
    }

    [Fact]
    public void A_trap_of_a_host_function_has_the_trace_of_its_caller()
    {
        using RuntimeContext context = NewContext(h => h.With("wait", Completed).With(
            "back", static (in call) => throw new TrapException(TrapKind.HostError, "no such thing")));
        var trap = Assert.Throws<TrapException>(() => context.Call(Load(context, "host"), "back_then_count", 1));
        Assert.Equal("host function failed: no such thing", trap.Message);
        Assert.Equal("back_then_count", Assert.Single(trap.Trace).Function);
    }

    [Fact]
    public void A_suspension_that_is_asked_for_during_a_nested_call_waits_until_it_is_over()
    {
        using RuntimeContext context = NewContext(h => h.With("wait", Completed).With("back", (in call) =>
        {
            call.Context.Interruption.Request();
            Assert.False(call.Context.Invoke(call.Caller!.Function("count"), call.Arguments, call.Results).IsSuspended);
            Assert.True(call.Context.Interruption.IsRequested);
            return HostOutcome.Completed;
        }));
        ModuleInstance host = Load(context, "host");
        ExecutionOutcome outcome = context.Begin(host, "back_then_count", [5], out ulong[] results);
        Assert.True(outcome.IsSuspended);
        Assert.Equal(5UL, host.Global("turns").Low);
        Assert.Equal(10UL, context.Finish(outcome, results));
    }

    [Fact]
    public void A_blocking_host_call_inside_a_nested_call_ends_though_a_suspension_waits()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "waits by poll(2)");
        bool waited = false;
        using RuntimeContext context = NewContext(h => CallsBack("waits")(h).With("wait", (in call) =>
        {
            if (!waited)
            {
                waited = true;
                call.Context.Interruption.Request();
            }

            // Blocking functions give way to a request; this one's wait would be over at once.
            call.Results[0] = 8;
            return call.Context.Interruption.IsRequested ? HostOutcome.Interrupted : HostOutcome.Completed;
        }));
        ModuleInstance host = Load(context, "host");
        ExecutionOutcome outcome = default;
        ulong[] results = [];
        RunOnThread(() => outcome = context.Begin(host, "back_then_count", [5], out results));
        Assert.True(outcome.IsSuspended);
        Assert.Equal(14UL, context.Finish(outcome, results));
    }

    [Theory]
    [InlineData("work", 200_000)]
    [InlineData("giant", 20_000)]
    public void Calls_allocate_nothing_in_steady_state(string program, uint rounds)
    {
        const long tolerableBytes = 8 * 1024;
        using RuntimeContext context = NewContext(h => h.With("step", static (in call) =>
        {
            call.Results[0] = call.Arguments[0] + 1;
            return HostOutcome.Completed;
        }));
        ModuleInstance work = Load(context, program);
        FunctionInstance run = work.Function("run");
        ulong[] results = new ulong[1];
        context.Invoke(run, [1000], results);

        // An engine that compiles while it runs is steady when what it compiled has been taken over.
        long start = Stopwatch.GetTimestamp();
        long allocated;
        do
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            context.Invoke(run, [rounds], results);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(3UL * rounds, results[0]);
        }
        while (allocated > tolerableBytes && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30));
        Assert.InRange(allocated, 0, tolerableBytes);
    }

    [Fact]
    public void A_call_by_the_host_allocates_nothing()
    {
        using RuntimeContext context = NewContext(h => h.With("step", static (in call) =>
        {
            call.Results[0] = call.Arguments[0] + 1;
            return HostOutcome.Completed;
        }));
        FunctionInstance run = Load(context, "work").Function("run");
        ulong[] results = new ulong[1];

        // Enough for an engine that compiles what is called often; until what it compiled has been taken over.
        long start = Stopwatch.GetTimestamp();
        long allocated;
        do
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                context.Invoke(run, [1], results);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(3UL, results[0]);
        }
        while (allocated > 0 && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30));
        Assert.Equal(0, allocated);
    }

    /// <summary>A host whose function "back" calls an export of its caller, with the same argument.</summary>
    private static Func<FakeHostModule, FakeHostModule> CallsBack(string export) => h => h.With("wait", Completed).With("back", (in call) =>
    {
        Assert.False(call.Context.Invoke(call.Caller!.Function(export), call.Arguments, call.Results).IsSuspended);
        return HostOutcome.Completed;
    });
}

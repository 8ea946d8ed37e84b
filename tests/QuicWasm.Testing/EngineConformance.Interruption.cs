using System.Collections.Immutable;
using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.Testing;

// Requests from other threads, and blocking host calls.
public abstract partial class EngineConformance
{
    [Theory]
    [InlineData("spin")]
    [InlineData("spin_on_condition")]
    [InlineData("spin_through_table")]
    [InlineData("spin_calling")]
    [InlineData("spin_counting")]
    public void A_request_from_another_thread_stops_an_endless_loop(string export)
    {
        using RuntimeContext context = NewContext();
        ModuleInstance endless = Load(context, "endless");
        ulong[] arguments = [.. Enumerable.Repeat(1UL, endless.Function(export).Type.ParameterSlots)];
        using var begun = new ManualResetEventSlim();
        ExecutionOutcome outcome = default;
        var asker = new Thread(() =>
        {
            begun.Wait();
            Thread.SpinWait(200_000);
            context.Interruption.Request();
        });
        asker.Start();
        RunOnThread(() =>
        {
            begun.Set();
            outcome = context.Begin(endless, export, arguments, out _);
        });
        asker.Join();
        Assert.True(outcome.IsSuspended);

        RunOnThread(() =>
        {
            context.Interruption.Clear();
            context.Interruption.RequestAfter(1000);
            outcome = context.Resume(outcome.Stack!, []);
        });
        Assert.True(outcome.IsSuspended);
    }

    [Theory]
    [InlineData("spin")]
    [InlineData("spin_on_condition")]
    [InlineData("spin_through_table")]
    [InlineData("spin_calling")]
    [InlineData("spin_counting")]
    public void Fuel_ends_an_endless_loop_also_where_a_suspension_must_wait(string export)
    {
        using RuntimeContext context = NewContext();
        ModuleInstance endless = Load(context, "endless");
        ulong[] arguments = [.. Enumerable.Repeat(1UL, endless.Function(export).Type.ParameterSlots)];
        context.Interruption.LimitFuel(1000);
        context.Interruption.RequestAfter(400);
        ExecutionOutcome outcome = context.Begin(endless, export, arguments, out ulong[] results);
        Assert.Equal(600, context.Interruption.FuelLeft);
        context.Interruption.Clear();
        context.Interruption.Postpone();
        TrapException trap = Assert.Throws<TrapException>(() => context.Resume(outcome.Stack!, results));
        Assert.Equal(TrapKind.OutOfFuel, trap.Kind);
        Assert.NotEmpty(trap.Trace);
        Assert.Throws<TrapException>(() => context.Begin(endless, export, arguments, out _));
        context.Interruption.Release();
        Assert.Equal(0, context.Interruption.FuelLeft);
    }

    [Fact]
    public void A_request_before_the_call_suspends_it_before_its_first_instruction()
    {
        using RuntimeContext context = NewContext();
        ModuleInstance traps = Load(context, "traps");
        context.Interruption.Request();
        ExecutionOutcome outcome = context.Begin(traps, "nested", [], out ulong[] results);
        Frame frame = Assert.Single(outcome.Stack!.Frames);
        Assert.Equal(traps.Function("nested").Address, frame.FunctionAddress);
        context.Interruption.Clear();
        Assert.Equal(0, context.CallI32(traps, "read"));
        Assert.Throws<TrapException>(() => context.ClearAndResume(outcome, results));
    }

    [Fact]
    public void A_computation_that_was_suspended_may_be_given_up_for_another()
    {
        using RuntimeContext context = NewContext();
        ModuleInstance calls = Load(context, "calls");
        context.Interruption.RequestAfter(10);
        Assert.True(context.Begin(calls, "fib", [15], out _).IsSuspended);
        context.Interruption.Clear();
        Assert.Equal(55, context.CallI32(calls, "fib", 10));
    }

    [Fact]
    public void A_blocking_host_call_that_is_interrupted_is_issued_again_with_the_same_arguments()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "waits by poll(2)");
        var seen = new List<ImmutableArray<ulong>>();
        using var waiting = new ManualResetEventSlim();
        using RuntimeContext context = NewContext(h => h.With("back", Completed).With("wait", (in call) =>
        {
            seen.Add([.. call.Arguments]);
            waiting.Set();
            if (seen.Count == 1 && WaitForRequest(call.Context))
            {
                return HostOutcome.Interrupted;
            }

            call.Results[0] = call.Arguments[0] * 2;
            return HostOutcome.Completed;
        }));
        ModuleInstance host = Load(context, "host");
        var asker = new Thread(() =>
        {
            waiting.Wait();
            context.Interruption.Request();
        });
        asker.Start();
        ulong[] results = [];
        ExecutionOutcome outcome = default;
        RunOnThread(() => outcome = context.Begin(host, "waits", [21], out results));
        asker.Join();
        Assert.True(outcome.IsSuspended);
        Assert.Equal([21UL, 5UL], Assert.Single(outcome.Stack!.Frames).Operands);
        Assert.Equal(43UL, context.Finish(outcome, results));
        Assert.Equal([[21UL, 5UL], [21UL, 5UL]], seen);
    }

    [Fact]
    public void A_host_call_that_is_interrupted_without_a_request_is_issued_again_at_once()
    {
        int calls = 0;
        using RuntimeContext context = NewContext(h => h.With("back", Completed).With("wait", (in call) =>
        {
            call.Results[0] = 1;
            return ++calls < 3 ? HostOutcome.Interrupted : HostOutcome.Completed;
        }));
        Assert.Equal(2, context.CallI32(Load(context, "host"), "waits", 0));
        Assert.Equal(3, calls);
    }

    /// <summary>Waits as a blocking host function does; whether a request ended it.</summary>
    private static bool WaitForRequest(RuntimeContext context)
    {
        Span<PollEntry> entries = [new PollEntry(context.Interruption.WakeDescriptor, PollEvents.Readable)];
        Polling.Poll(entries, (int)Deadline.TotalMilliseconds);
        return context.Interruption.IsRequested;
    }
}

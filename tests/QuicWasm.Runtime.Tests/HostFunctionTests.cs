using QuicWasm.Testing;

namespace QuicWasm.Runtime.Tests;

/// <summary>What a host function is given, and what becomes of its outcome. Nested calls are in the suite of every engine.</summary>
public sealed class HostFunctionTests
{
    [Fact]
    public void A_host_function_sees_its_runtime_its_caller_its_arguments_and_the_callers_memory()
    {
        RuntimeContext? runtime = null;
        ModuleInstance? caller = null;
        using RuntimeContext context = With((in call) =>
        {
            (runtime, caller) = (call.Context, call.Caller);
            call.Memory.Span(50, 1)[0] = 9;
            Assert.Equal([2UL, 3UL], call.Arguments);
            Assert.Equal([0UL], call.Results);
            call.Results[0] = 6;
            return HostOutcome.Completed;
        });
        ModuleInstance storage = context.Load("storage");
        Assert.Equal(6, context.CallI32(storage, "sum", 2, 3));
        Assert.Same(context, runtime);
        Assert.Same(storage, caller);
        Assert.Equal(9, context.CallI32(storage, "load", 50));
    }

    [Fact]
    public void A_caller_without_a_memory_makes_the_host_function_trap()
    {
        using RuntimeContext context = With((in call) => call.Memory.LengthBytes == 0 ? HostOutcome.Completed : HostOutcome.Interrupted);
        ModuleInstance indirect = context.Load("indirect");
        var trap = Assert.Throws<TrapException>(() => context.Call(indirect, "run", 5));
        Assert.Equal("host function failed: the caller has no memory", trap.Message);
        Assert.Throws<TrapException>(() => context.Invoke(indirect.Functions[0], [1, 2], new ulong[1]));
    }

    [Fact]
    public void A_host_function_that_is_called_from_outside_ends_though_a_suspension_is_asked_for()
    {
        int calls = 0;
        using RuntimeContext context = With((in call) =>
        {
            call.Results[0] = 5;
            calls++;
            return call.Context.Interruption.IsRequested || calls == 1 ? HostOutcome.Interrupted : HostOutcome.Completed;
        });
        FunctionInstance add = context.Load("storage").Functions[0];
        context.Interruption.Request();
        ulong[] results = new ulong[1];
        Assert.False(context.Invoke(add, [1, 2], results).IsSuspended);
        Assert.Equal(5UL, results[0]);
        Assert.Equal(2, calls);
        Assert.True(context.Interruption.IsRequested);
    }

    [Fact]
    public void Wasm_that_a_host_function_calls_from_outside_cannot_be_suspended_under_it()
    {
        using RuntimeContext context = With((in call) =>
        {
            ModuleInstance frames = call.Context.Registered["frames"];
            Assert.False(call.Context.Invoke(frames.Function("outer"), call.Arguments, call.Results).IsSuspended);
            return HostOutcome.Completed;
        });
        context.Load("frames");
        FunctionInstance add = context.Load("storage").Functions[0];
        context.Interruption.Request();
        ulong[] results = new ulong[1];
        context.Invoke(add, [5, 11], results);
        Assert.Equal(117UL, results[0]);
        Assert.True(context.Interruption.IsRequested);
    }

    [Fact]
    public void After_an_exception_of_a_host_function_requests_are_heard_again()
    {
        using RuntimeContext context = With((in call) => throw new InvalidOperationException("broken"));
        ModuleInstance storage = context.Load("storage");
        Assert.Throws<InvalidOperationException>(() => context.Call(storage, "sum", 1, 2));
        Assert.Throws<InvalidOperationException>(() => context.Invoke(storage.Functions[0], [1, 2], new ulong[1]));
        context.Interruption.Request();
        Assert.True(context.Begin(storage, "size", [], out _).IsSuspended);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(2, 0)]
    public void Wrong_numbers_of_slots_are_refused(int arguments, int results)
    {
        using RuntimeContext context = Runtimes.New();
        FunctionInstance sum = context.Load("storage").Function("sum");
        Assert.Throws<ArgumentException>(() => context.Invoke(sum, new ulong[arguments], new ulong[results]));
    }

    [Fact]
    public void A_host_module_is_disposed_of_once_with_its_runtime()
    {
        var module = new FakeHostModule("host");
        RuntimeContext context = Runtimes.New(o => o with { HostModules = [_ => module] });
        context.Dispose();
        context.Dispose();
        Assert.Equal(1, module.DisposeCount);
    }

    private static RuntimeContext With(HostFunction add) => Runtimes.New(o => o with { HostModules = [_ => new FakeHostModule("host").With("add", add)] });
}

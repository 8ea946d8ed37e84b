using QuicWasm.Interpreter;

namespace QuicWasm.Runtime.Tests;

/// <summary>C# values and delegates at the edge of a program.</summary>
public sealed class TypedCallTests
{
    private delegate double Half(double value);

    [Fact]
    public void Values_of_every_type_go_in_and_come_out()
    {
        using RuntimeContext context = Runtimes.New();
        ModuleInstance calls = context.Load("calls");
        Assert.Equal(-5, calls.Call<int>("i32", -5));
        Assert.Equal(uint.MaxValue, calls.Call<uint>("i32", uint.MaxValue));
        Assert.True(calls.Call<bool>("i32", true));
        Assert.Equal(long.MinValue, calls.Call<long>("i64", long.MinValue));
        Assert.Equal(ulong.MaxValue, calls.Call<ulong>("i64", ulong.MaxValue));
        Assert.Equal(-0.5f, calls.Call<float>("f32", -0.5f));
        Assert.Equal(double.NegativeInfinity, calls.Call<double>("f64", double.NegativeInfinity));
        Assert.Equal((2.5, 1, 2L), calls.Call<(double, int, long)>("turn", 1, 2L, 2.5));
        calls.Call("nothing");
        calls.GetFunction<Action>("nothing")();
        Assert.Equal(4.5, calls.GetFunction<Half>("f64")(4.5));
        Assert.Equal((2.5, 1, 2UL), calls.GetFunction<Func<int, ulong, double, (double, int, ulong)>>("turn")(1, 2, 2.5));
    }

    [Fact]
    public void A_wrong_type_is_refused_where_the_function_is_taken()
    {
        using RuntimeContext context = Runtimes.New();
        ModuleInstance calls = context.Load("calls");
        LinkException error = Assert.Throws<LinkException>(() => calls.Call<int>("fib", 1L));
        Assert.Equal("the export \"fib\" is a function [i32] -> [i32], and is used as [i64] -> [i32]", error.Message);
        Assert.Throws<LinkException>(() => calls.GetFunction<Func<int, long>>("fib"));
        Assert.Throws<LinkException>(() => calls.GetFunction<Action<int>>("fib"));
        Assert.Equal(LinkError.UnknownExport, Assert.Throws<LinkException>(() => calls.Call<int>("no", 1)).Error);
        Assert.Throws<NotSupportedException>(() => calls.Call<int>("fib", "one"));
        Assert.Throws<NotSupportedException>(() => new HostModule("host").Define("f", (string _) => { }));
    }

    [Fact]
    public void A_host_function_of_another_type_is_not_linked()
    {
        using RuntimeContext context = New(new HostModule("host").Define("back", (long value) => value).Define("wait", (int n, long _) => n));
        LinkException error = Assert.Throws<LinkException>(() => context.Load("host"));
        Assert.Equal(LinkError.IncompatibleImport, error.Error);
        Assert.Contains("\"back\" is a function [i64] -> [i64], where [i32] -> [i32] is asked for", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_of_a_delegate_is_a_trap_and_a_trap_stays_one()
    {
        Func<int, int> back = _ => throw new InvalidOperationException("no more");
        using RuntimeContext context = New(new HostModule("host").Define("back", (int n) => back(n)).Define("wait", (int n, long _) => n));
        ModuleInstance host = context.Load("host");
        TrapException trap = Assert.Throws<TrapException>(() => host.Call<int>("back_then_count", 1));
        Assert.Equal((TrapKind.HostError, "host function failed: host.back: no more"), (trap.Kind, trap.Message));
        Assert.NotEmpty(trap.Trace);
        back = _ => host.Call<int>("trap", 0);
        Assert.Equal(TrapKind.Unreachable, Assert.Throws<TrapException>(() => host.Call<int>("back_then_count", 1)).Kind);
    }

    [Fact]
    public void A_suspension_waits_until_a_typed_call_is_over()
    {
        using RuntimeContext context = Runtimes.New();
        ModuleInstance calls = context.Load("calls");
        context.Interruption.Request();
        Assert.Equal(55, calls.Call<int>("fib", 10));
        Assert.True(context.Interruption.IsRequested);
    }

    [Fact]
    public void State_of_a_host_module_travels()
    {
        int count = 3;
        HostModule module = new HostModule("counter").WithState(() => [(byte)count], state => count = state[0]);
        module.RestoreState([9]);
        Assert.Equal(new byte[] { 9 }, module.CaptureState());
        Assert.Empty(new HostModule("empty").CaptureState());
        Assert.Throws<HostStateException>(() => new HostModule("empty").RestoreState([1]));
    }

    [Fact]
    public void Values_outside_of_the_memory_trap()
    {
        using RuntimeContext context = New(new HostModule("host").Define("back", (int n) => n).Define("wait", (int n, long _) => n));
        MemoryInstance memory = context.Load("host").Memory("memory");
        memory.Write(65528, 1.5);
        Assert.Equal(1.5, memory.Read<double>(65528));
        Assert.Throws<TrapException>(() => memory.Read<double>(65529));
        Assert.Throws<TrapException>(() => memory.Write(65533, 1));
        Assert.Throws<TrapException>(() => memory.WriteText(65535, "ab"));
        Assert.Throws<TrapException>(() => memory.ReadText(ulong.MaxValue, 2));
    }

    private static RuntimeContext New(HostModule module) => new(new Configure { Engine = c => new InterpreterEngine(c), HostModules = [_ => module] });
}

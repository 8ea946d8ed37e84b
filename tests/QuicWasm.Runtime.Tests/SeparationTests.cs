using QuicWasm.Testing;

namespace QuicWasm.Runtime.Tests;

/// <summary>Two runtimes in one process, with different options, never meet.</summary>
public sealed class SeparationTests
{
    [Fact]
    public void Runtimes_with_different_options_run_at_once_and_each_keeps_to_its_own()
    {
        var allocator = new CountingAllocator();
        Configure[] options =
        [
            Runtimes.Options,
            Runtimes.Options with { Allocation = new MemoryAllocation.FromPool(64 << 20), MaxMemoryBytes = 2 << 16, HostModules = [Host(Minus)] },
            Runtimes.Options with { Allocation = allocator.Allocation, MaxTableElements = 4, MaxStackBytes = 1 << 16, HostModules = [Host(Times)] },
        ];
        string[] seen = new string[options.Length];
        using var together = new Barrier(options.Length);
        Thread[] threads = [.. options.Select((o, i) => new Thread(() => seen[i] = Attempt(() => Run(o, together))))];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        Assert.Equal(["sum 9 grow 1 table 3 depth ok", "sum 5 grow -1 table 3 depth ok", "sum 14 grow 1 table -1 depth trap"], seen);
        Assert.Equal(0, allocator.Outstanding);
    }

    [Fact]
    public void A_request_reaches_only_its_own_runtime()
    {
        using RuntimeContext first = Runtimes.New();
        using RuntimeContext second = Runtimes.New();
        ModuleInstance one = first.Load("calls");
        ModuleInstance other = second.Load("calls");
        first.Interruption.Request();
        Assert.True(first.Begin(one, "fib", [10], out _).IsSuspended);
        Assert.Equal(55, second.CallI32(other, "fib", 10));
    }

    [Fact]
    public void Instances_of_one_module_in_two_runtimes_share_nothing_that_changes()
    {
        using RuntimeContext first = Runtimes.New();
        using RuntimeContext second = Runtimes.New();
        ModuleInstance one = first.Load("storage");
        ModuleInstance other = second.Load("storage");
        Assert.Same(one.Module, other.Module);
        first.Call(one, "store", 100, 1);
        first.Call(one, "next");
        first.CallI32(one, "grow_table", 2);
        Assert.Equal(0, second.CallI32(other, "load", 100));
        Assert.Equal([41UL], second.Call(other, "next"));
        Assert.Equal(3, other.Table("table").Length);
        first.Dispose();
        Assert.Equal([42UL], second.Call(other, "next"));
    }

    private static string Run(Configure options, Barrier together)
    {
        string last = "";
        for (int i = 0; i < 20; i++)
        {
            together.SignalAndWait(TimeSpan.FromSeconds(60));
            using var context = new RuntimeContext(options);
            ModuleInstance storage = context.Load("storage");
            ModuleInstance calls = context.Load("calls");
            int sum = context.CallI32(storage, "sum", 7, 2);
            int grown = context.CallI32(storage, "grow", 2);
            int table = context.CallI32(storage, "grow_table", 2);
            string depth = Attempt(() => context.Call(calls, "fac", 2000).Length == 1 ? "ok" : "");
            last = $"sum {sum} grow {grown} table {table} depth {depth}";
        }

        return last;
    }

    private static string Attempt(Func<string> action)
    {
        try
        {
            return action();
        }
        catch (TrapException)
        {
            return "trap";
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }

    private static Func<RuntimeContext, IHostModule> Host(HostFunction add) => _ => new FakeHostModule("host").With("add", add);

    private static HostOutcome Minus(in HostCall call)
    {
        call.Results[0] = call.Arguments[0] - call.Arguments[1];
        return HostOutcome.Completed;
    }

    private static HostOutcome Times(in HostCall call)
    {
        call.Results[0] = call.Arguments[0] * call.Arguments[1];
        return HostOutcome.Completed;
    }
}

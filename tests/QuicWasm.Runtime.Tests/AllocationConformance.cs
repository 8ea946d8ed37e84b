using QuicWasm.Testing;

namespace QuicWasm.Runtime.Tests;

/// <summary>What instance memory must be, wherever it comes from.</summary>
public abstract unsafe class AllocationConformance
{
    /// <summary>The choice under test, with room for a few instances.</summary>
    protected abstract MemoryAllocation Allocation { get; }

    [Fact]
    public void A_memory_begins_as_zero_but_for_its_segments_and_can_be_used_to_its_end()
    {
        using RuntimeContext context = New();
        ModuleInstance storage = context.Load("storage");
        MemoryInstance memory = storage.Memory("memory");
        Assert.Equal("quic"u8, memory.Span(16, 4));
        Assert.Equal(-1, memory.Span(20, memory.LengthBytes - 20).IndexOfAnyExcept((byte)0));
        context.Call(storage, "store", 65532, 0xA5A5A5A5);
        Assert.Equal(0xA5A5A5A5UL, Assert.Single(context.Call(storage, "load", 65532)));
        Assert.Throws<TrapException>(() => context.Call(storage, "load", 65533));
    }

    [Fact]
    public void A_memory_grows_to_its_limit_with_zeros_and_never_moves()
    {
        using RuntimeContext context = New();
        ModuleInstance storage = context.Load("storage");
        MemoryInstance memory = storage.Memory("memory");
        byte* address = memory.Cell->Base;
        context.Call(storage, "store", 100, 7);
        Assert.Equal(1, context.CallI32(storage, "grow", 2));
        Assert.Equal(3, context.CallI32(storage, "size"));
        Assert.Equal(-1, context.CallI32(storage, "grow", 1));
        Assert.Equal(3, context.CallI32(storage, "grow", 0));
        Assert.True(address == memory.Cell->Base);
        Assert.Equal(7, context.CallI32(storage, "load", 100));
        Assert.Equal(-1, memory.Span(65536, 2 * 65536).IndexOfAnyExcept((byte)0));
        context.Call(storage, "store", (3 * 65536) - 4, 9);
        Assert.Equal(9, context.CallI32(storage, "load", (3 * 65536) - 4));
    }

    [Fact]
    public void Globals_keep_their_values_apart()
    {
        using RuntimeContext context = New();
        ModuleInstance first = context.Load("storage");
        ModuleInstance second = context.Load("storage");
        Assert.Equal([41UL], context.Call(first, "next"));
        Assert.Equal([42UL], context.Call(first, "next"));
        Assert.Equal([41UL], context.Call(second, "next"));
        Assert.Equal(BitConverter.DoubleToUInt64Bits(2.5), first.Global("constant").Low);
        Assert.Equal(0, first.Global("count").Cell % 16);
    }

    [Fact]
    public void Many_globals_take_more_than_one_piece_of_memory_and_stay_where_they_are()
    {
        using RuntimeContext context = New();
        List<nint> cells = [.. Enumerable.Range(0, 5000).Select(_ => context.Cells.Allocate())];
        Assert.Equal(cells.Count, cells.Distinct().Count());
        Assert.All(cells, c => Assert.Equal(0UL, *(ulong*)c));
    }

    [Fact]
    public void Everything_is_given_back_at_the_end()
    {
        RuntimeContext context = New();
        context.Load("storage");
        context.Load("storage");
        Assert.InRange(context.MemorySource.RangesInUse, 3, 5);
        context.Dispose();
        Assert.Equal(0, context.MemorySource.RangesInUse);
        context.Dispose();
        Assert.Equal(0, context.MemorySource.RangesInUse);
    }

    [Fact]
    public void Memory_of_an_instantiation_that_failed_is_zero_for_the_next()
    {
        string failing = "";
        using RuntimeContext context = New(o => o with { OnInitializationStep = s => Fail(s == failing) });
        for (int i = 0; i < 50; i++)
        {
            failing = "exports";
            Assert.Throws<InvalidOperationException>(() => context.Load("storage"));
        }

        failing = "";
        MemoryInstance memory = context.Load("storage").Memory("memory");
        Assert.Equal("quic"u8, memory.Span(16, 4));
        Assert.Equal(-1, memory.Span(20, memory.LengthBytes - 20).IndexOfAnyExcept((byte)0));
    }

    private static void Fail(bool really)
    {
        if (really)
        {
            throw new InvalidOperationException("this step fails");
        }
    }

    protected RuntimeContext New(Func<Configure, Configure>? change = null) =>
        Runtimes.New(o => (change?.Invoke(o) ?? o) with { Allocation = Allocation });
}

namespace QuicWasm.Runtime.Tests;

public sealed unsafe class PoolAllocationTests : AllocationConformance
{
    private const ulong StackBytes = 1 << 18;
    private const ulong ChunkBytes = 1 << 16;
    private const ulong StorageBytes = 3 << 16;
    private const ulong PoolBytes = StackBytes + (2 * ChunkBytes) + (2 * StorageBytes);

    protected override MemoryAllocation Allocation => new MemoryAllocation.FromPool(PoolBytes);

    [Fact]
    public void Everything_of_a_runtime_lies_inside_one_range()
    {
        using RuntimeContext context = New();
        ModuleInstance first = context.Load("storage");
        ModuleInstance second = context.Load("storage");
        nint[] addresses =
        [
            first.Global("count").Cell, second.Global("count").Cell, (nint)first.Memory("memory").Cell,
            (nint)first.Memory("memory").Cell->Base, (nint)second.Memory("memory").Cell->Base + (nint)StorageBytes,
        ];
        Assert.InRange((ulong)(addresses.Max() - addresses.Min()), 1UL, PoolBytes);
    }

    [Fact]
    public void An_exhausted_pool_gives_a_clear_error_and_what_was_there_goes_on()
    {
        using RuntimeContext context = New();
        ModuleInstance first = context.Load("storage");
        context.Load("storage");
        StoreMark before = context.Store.Mark();
        int ranges = context.MemorySource.RangesInUse;
        var error = Assert.Throws<LinkException>(() => context.Load("storage"));
        Assert.Equal(LinkError.OutOfMemory, error.Error);
        Assert.Contains($"the memory pool of {PoolBytes} bytes has no {StorageBytes} bytes left for LinearMemory", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, context.Store.Mark());
        Assert.Equal(ranges, context.MemorySource.RangesInUse);
        Assert.Equal(41UL, first.Global("count").Low + 1);
    }

    [Fact]
    public void A_pool_without_room_for_the_engine_makes_no_runtime()
    {
        var error = Assert.Throws<LinkException>(() => Runtimes.New(o => o with { Allocation = new MemoryAllocation.FromPool(ChunkBytes) }));
        Assert.Contains("left for Stack", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pool_larger_than_the_address_space_makes_no_runtime()
    {
        var error = Assert.Throws<LinkException>(() => Runtimes.New(o => o with { Allocation = new MemoryAllocation.FromPool(1UL << 60) }));
        Assert.Equal(LinkError.OutOfMemory, error.Error);
    }

    [Theory]
    [InlineData(0, 1, 2, 3)]
    [InlineData(3, 2, 1, 0)]
    [InlineData(1, 3, 0, 2)]
    [InlineData(2, 0, 3, 1)]
    public void Pieces_given_back_in_any_order_are_joined_and_the_whole_pool_can_be_had_again(params int[] order)
    {
        const ulong piece = 2 << 16;
        using var source = new PoolMemorySource(4 * piece);
        MemoryRange[] pieces = [.. order.Select(_ => source.Reserve(piece, AllocationUsage.Cells))];
        Assert.Throws<LinkException>(() => source.Reserve(1, AllocationUsage.Cells));
        pieces[0].Commit(0, piece);
        *(byte*)pieces[0].Address = 7;
        nint start = pieces.Min(p => p.Address);
        Array.ForEach(order, i => pieces[i].Dispose());
        Array.ForEach(order, i => pieces[i].Dispose());
        Assert.Equal(0, source.RangesInUse);

        using MemoryRange whole = source.Reserve(4 * piece, AllocationUsage.LinearMemory);
        Assert.Equal(start, whole.Address);
        whole.Commit(0, 4 * piece);
        Assert.Equal(-1, new Span<byte>((void*)whole.Address, (int)(4 * piece)).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void The_pool_can_be_used_in_full_after_every_kind_of_failed_instantiation()
    {
        string failing = "";
        using RuntimeContext context = New(o => o with { OnInitializationStep = s => InitializationTests.FailAt(s, failing) });
        foreach (string step in InitializationTests.InstantiationSteps)
        {
            failing = step;
            Assert.Throws<InvalidOperationException>(() => context.Load("storage"));
        }

        failing = "";
        context.Load("storage");
        context.Load("storage");
        Assert.Throws<LinkException>(() => context.Load("storage"));
    }
}

namespace QuicWasm.Runtime.Tests;

public sealed class AllocatorAllocationTests : AllocationConformance
{
    private readonly CountingAllocator _allocator = new();

    protected override MemoryAllocation Allocation => _allocator.Allocation;

    [Fact]
    public void The_functions_are_told_what_memory_is_for_and_get_everything_back()
    {
        RuntimeContext context = New();
        context.Load("storage");
        Assert.Equal([AllocationUsage.Stack, AllocationUsage.Cells, AllocationUsage.LinearMemory], _allocator.Requests);
        Assert.Equal(3, _allocator.Outstanding);
        context.Dispose();
        Assert.Equal(0, _allocator.Outstanding);
    }

    [Theory]
    [InlineData(0, "Stack")]
    [InlineData(1, "Cells")]
    [InlineData(2, "LinearMemory")]
    public void A_function_that_has_nothing_left_gives_a_clear_error_and_gets_everything_back(int refuseFrom, string usage)
    {
        _allocator.RefuseFrom = refuseFrom;
        var error = Assert.Throws<LinkException>(() =>
        {
            using RuntimeContext context = New();
            context.Load("storage");
        });
        Assert.Equal(LinkError.OutOfMemory, error.Error);
        Assert.Contains("allocator", error.Message, StringComparison.Ordinal);
        Assert.Contains(usage, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _allocator.Outstanding);
    }

    [Fact]
    public void An_exception_of_a_function_passes_through_and_no_cell_leaks()
    {
        var inner = (MemoryAllocation.FromAllocator)_allocator.Allocation;
        bool broken = false;
        AllocateFunction allocate = (length, usage) =>
            broken && usage == AllocationUsage.LinearMemory ? throw new TimeoutException("no answer") : inner.Allocate(length, usage);
        using RuntimeContext context = Runtimes.New(o => o with { Allocation = new MemoryAllocation.FromAllocator(allocate, inner.Free) });
        context.Load("storage");
        int ranges = context.MemorySource.RangesInUse;
        broken = true;
        for (int i = 0; i < 5000; i++)
        {
            Assert.Throws<TimeoutException>(() => context.Load("storage"));
        }

        Assert.Equal(ranges, context.MemorySource.RangesInUse);
    }
}

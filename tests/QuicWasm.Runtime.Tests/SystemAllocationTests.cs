namespace QuicWasm.Runtime.Tests;

public sealed class SystemAllocationTests : AllocationConformance
{
    protected override MemoryAllocation Allocation => new MemoryAllocation.FromSystem();

    [Fact]
    public void More_address_space_than_there_is_gives_a_clear_error()
    {
        var error = Assert.Throws<LinkException>(() => Runtimes.New(o => o with { Allocation = Allocation, MaxStackBytes = 1UL << 60 }));
        Assert.Equal(LinkError.OutOfMemory, error.Error);
        Assert.Contains("Stack", error.Message, StringComparison.Ordinal);
    }
}

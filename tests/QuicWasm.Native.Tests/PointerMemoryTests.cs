namespace QuicWasm.Native.Tests;

public sealed unsafe class PointerMemoryTests
{
    [Fact]
    public void Memory_shows_the_raw_bytes_in_place()
    {
        using var range = AddressRange.Reserve(AddressRange.PageBytes);
        range.Commit(0, AddressRange.PageBytes);
        using var owner = new PointerMemory(range.Base, 100);
        owner.Memory.Span[99] = 7;
        Assert.Equal(7, range.Base[99]);
        Assert.Equal(100, owner.Memory.Length);
        using var pin = owner.Memory[10..].Pin();
        Assert.Equal((nint)(range.Base + 10), (nint)pin.Pointer);
    }

    [Fact]
    public void Slices_beyond_the_length_are_refused()
    {
        using var range = AddressRange.Reserve(AddressRange.PageBytes);
        using var owner = new PointerMemory(range.Base, 100);
        Assert.Throws<ArgumentOutOfRangeException>(() => owner.Memory[..101]);
        Assert.Throws<ArgumentOutOfRangeException>(() => owner.Pin(101));
    }
}

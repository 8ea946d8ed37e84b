using QuicWasm.Runtime;

namespace QuicWasm.Testing;

// Memories and tables of 64-bit addresses. That they can be captured anywhere, the scenarios show.
public abstract partial class EngineConformance
{
    [Theory]
    [InlineData("load", 65536 - 16, true)]
    [InlineData("load", 65536 - 15, false)]
    [InlineData("load", ulong.MaxValue, false)]
    [InlineData("load", ulong.MaxValue - 7, false)]
    [InlineData("load", 1UL << 32, false)]
    [InlineData("lane", 65536 - 17, true)]
    [InlineData("lane", 65536 - 16, false)]
    [InlineData("lane", ulong.MaxValue - 8, false)]
    [InlineData("far", 0, false)]
    [InlineData("far", 1UL << 63, false)]
    [InlineData("far", (1UL << 63) + 1, false)]
    public void An_access_is_inside_of_a_wide_memory_or_traps(string export, ulong address, bool isInside)
    {
        using RuntimeContext context = NewContext();
        ModuleInstance wide = Load(context, "wide");
        if (isInside)
        {
            Assert.Equal([0UL], context.Call(wide, export, address));
        }
        else
        {
            // A sum that is over 64 bits is outside, however small what is left of it.
            Assert.Equal(TrapKind.OutOfBoundsMemoryAccess, Assert.Throws<TrapException>(() => context.Call(wide, export, address)).Kind);
        }
    }

    [Theory]
    [InlineData(65530, 6, true)]
    [InlineData(65536, 0, true)]
    [InlineData(65530, 7, false)]
    [InlineData(ulong.MaxValue, 2, false)]
    [InlineData(2, ulong.MaxValue, false)]
    [InlineData(1UL << 32, 1, false)]
    public void A_bulk_operation_is_inside_of_a_wide_memory_or_traps(ulong start, ulong length, bool isInside)
    {
        using RuntimeContext context = NewContext();
        ModuleInstance wide = Load(context, "wide");
        if (isInside)
        {
            Assert.Empty(context.Call(wide, "fill", start, length));
        }
        else
        {
            Assert.Equal(TrapKind.OutOfBoundsMemoryAccess, Assert.Throws<TrapException>(() => context.Call(wide, "fill", start, length)).Kind);
        }

        Assert.Equal(isInside && length > 0 ? 7 : 0, wide.Memory("memory").Span(65535, 1)[0]);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1UL << 32, ulong.MaxValue)]
    [InlineData(ulong.MaxValue, ulong.MaxValue)]
    public void A_wide_memory_grows_as_far_as_its_limits_and_gives_64_bits(ulong pages, ulong expected)
    {
        using RuntimeContext context = NewContext();
        Assert.Equal([expected], context.Call(Load(context, "wide"), "grow", pages));
    }

    [Fact]
    public void A_wide_table_is_called_through_all_64_bits_of_an_index()
    {
        using RuntimeContext context = NewContext();
        ModuleInstance wide = Load(context, "wide");
        Assert.Equal([42UL], context.Call(wide, "element", 2));
        Assert.Equal(TrapKind.UndefinedElement, Assert.Throws<TrapException>(() => context.Call(wide, "element", (1UL << 32) + 2)).Kind);
        Assert.Equal(TrapKind.UninitializedElement, Assert.Throws<TrapException>(() => context.Call(wide, "element", 0)).Kind);
    }
}

using QuicWasm.Runtime;

namespace QuicWasm.Testing;

// Several memories. That they can be captured anywhere, the scenarios show.
public abstract partial class EngineConformance
{
    [Fact]
    public void Every_memory_has_its_own_bytes()
    {
        using RuntimeContext context = NewContext();
        ModuleInstance library = Load(context, "library");
        ModuleInstance memories = Load(context, "memories");
        library.Memory("memory").Span(32, 1)[0] = 77;
        memories.Memory("near").Span(32, 1)[0] = 55;
        Assert.Equal(77, context.CallI32(memories, "far_is_current"));
        Assert.Equal(55, context.CallI32(memories, "load", 32));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], memories.Memory("near").Span(8, 8).ToArray());
    }

    [Theory]
    [InlineData("load", 1, true)]
    [InlineData("store", 9, false)]
    [InlineData("lane", 1, false)]
    [InlineData("fill", 2, false)]
    [InlineData("copy_to", 2, false)]
    [InlineData("copy_from", 2, false)]
    [InlineData("init", 2, false)]
    public void Every_memory_has_its_own_length(string export, uint lengthBytes, bool hasResult)
    {
        using RuntimeContext context = NewContext();
        Load(context, "library");
        ModuleInstance memories = Load(context, "memories");
        uint last = 65536 - lengthBytes;
        Assert.Equal(hasResult ? 1 : 0, context.Call(memories, export, last).Length);
        Assert.Equal(TrapKind.OutOfBoundsMemoryAccess, Assert.Throws<TrapException>(() => context.Call(memories, export, last + 1)).Kind);
        Assert.Equal(1, context.CallI32(memories, "grow", 1));
        context.Call(memories, export, last + 1);
        Assert.Equal(TrapKind.OutOfBoundsMemoryAccess, Assert.Throws<TrapException>(() => context.Call(memories, export, uint.MaxValue)).Kind);
    }
}

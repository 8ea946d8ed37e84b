using QuicWasm.Runtime;

namespace QuicWasm.Testing;

// Typed references. That they can be captured anywhere, the scenarios show.
public abstract partial class EngineConformance
{
    [Theory]
    [InlineData(1, 77 + 1)]
    [InlineData(5, 77 + 4)]
    public void A_function_calls_itself_through_a_reference_until_it_is_null(ulong n, int expected)
    {
        using RuntimeContext context = NewContext();
        ModuleInstance references = Load(context, "references");
        Assert.Equal(expected, context.CallI32(references, "count", n, Reference.OfFunction(references.Function("count").Address)));
    }

    [Fact]
    public void A_null_reference_traps_where_it_is_called_or_must_not_be_null()
    {
        using RuntimeContext context = NewContext();
        ModuleInstance references = Load(context, "references");
        Assert.Equal(TrapKind.NullFunctionReference, Assert.Throws<TrapException>(() => context.Call(references, "null_call")).Kind);
        Assert.Equal(TrapKind.NullReference, Assert.Throws<TrapException>(() => context.Call(references, "null_as")).Kind);
    }

    [Fact]
    public void A_reference_of_the_host_to_a_function_of_another_type_traps()
    {
        using RuntimeContext context = NewContext();
        ModuleInstance references = Load(context, "references");
        ulong wrong = Reference.OfFunction(references.Function("null_call").Address);
        Assert.Equal(TrapKind.IndirectCallTypeMismatch, Assert.Throws<TrapException>(() => context.Call(references, "count", 3, wrong)).Kind);
    }

    [Fact]
    public void A_table_begins_with_its_initial_element()
    {
        using RuntimeContext context = NewContext();
        TableInstance table = Load(context, "references").Table("table");
        Assert.Equal([2UL, 3UL, 4UL, 2UL], table.Elements);
    }
}

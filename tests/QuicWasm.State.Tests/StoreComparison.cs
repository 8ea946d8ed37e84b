using QuicWasm.Runtime;

namespace QuicWasm.State.Tests;

/// <summary>Asserts that two Stores hold the same.</summary>
internal static class StoreComparison
{
    public static void AssertSame(RuntimeContext expected, RuntimeContext actual)
    {
        Store left = expected.Store;
        Store right = actual.Store;
        Assert.Equal(left.Functions.Select(Describe), right.Functions.Select(Describe));
        Assert.Equal(left.Tables.Select(t => (t.Type, t.Length)), right.Tables.Select(t => (t.Type, t.Length)));
        Assert.Equal(left.Memories.Select(m => (m.Type, m.PageCount, m.PageLimit)), right.Memories.Select(m => (m.Type, m.PageCount, m.PageLimit)));
        Assert.Equal(left.Globals.Select(g => g.Type), right.Globals.Select(g => g.Type));
        Assert.Equal(left.Elements.Select(e => (e.Type, e.IsDropped)), right.Elements.Select(e => (e.Type, e.IsDropped)));
        Assert.Equal(left.Datas.Select(d => d.IsDropped), right.Datas.Select(d => d.IsDropped));
        Assert.Equal(left.Tags.Select(t => (t.Type, t.Module.Address, t.DefinedIndex)), right.Tags.Select(t => (t.Type, t.Module.Address, t.DefinedIndex)));
        Assert.Equal(left.Modules.Select(Describe), right.Modules.Select(Describe));
        Assert.Equal(expected.Registered.Select(r => (r.Key, r.Value.Address)), actual.Registered.Select(r => (r.Key, r.Value.Address)));
        AssertSameContents(left, right);
    }

    private static void AssertSameContents(Store left, Store right)
    {
        for (int i = 0; i < left.Memories.Count; i++)
        {
            ulong length = left.Memories[i].LengthBytes;
            Assert.True(left.Memories[i].Span(0, length).SequenceEqual(right.Memories[i].Span(0, length)), $"memory {i} differs");
        }

        for (int i = 0; i < left.Tables.Count; i++)
        {
            Assert.Equal(Read(left.Tables[i]), Read(right.Tables[i]));
        }

        for (int i = 0; i < left.Globals.Count; i++)
        {
            right.Globals[i].EnsurePresent();
            Assert.Equal((left.Globals[i].Low, left.Globals[i].High), (right.Globals[i].Low, right.Globals[i].High));
        }

        // A capture takes away what nothing refers to.
        Assert.All(right.Exceptions.All, e => Assert.Equal(Describe(left.Exceptions.All[e.Key]), Describe(e.Value)));
        Assert.Equal(left.Exceptions.LastReference, right.Exceptions.LastReference);
        Assert.Equal(left.Elements.Select(e => e.References.ToArray()), right.Elements.Select(e => e.References.ToArray()));
        Assert.Equal(left.Datas.Select(d => d.Bytes.ToArray()), right.Datas.Select(d => d.Bytes.ToArray()));
    }

    private static ulong[] Read(TableInstance table) => [.. Enumerable.Range(0, table.Length).Select(i => table.Get((ulong)i))];

    private static string Describe(ExceptionInstance exception) => $"{exception.Tag.Address} {string.Join(' ', exception.Fields)}";

    private static string Describe(FunctionInstance function) =>
        $"{function.Address} {function.Type} {function.Module?.Address} {function.DefinedIndex} {function.HostModule}.{function.HostName}";

    private static string Describe(ModuleInstance module) => string.Join(
        ' ',
        [
            module.Name ?? "-",
            Convert.ToHexString(module.Module.Module.Sha256.AsSpan()),
            Addresses(module.Functions.Select(f => f.Address)),
            Addresses(module.Tables.Select(t => t.Address)),
            Addresses(module.Memories.Select(m => m.Address)),
            Addresses(module.Globals.Select(g => g.Address)),
            Addresses(module.Tags.Select(t => t.Address)),
            Addresses(module.Elements.Select(e => e.Address)),
            Addresses(module.Datas.Select(d => d.Address)),
            string.Join(',', module.Exports.Keys),
        ]);

    private static string Addresses(IEnumerable<int> addresses) => string.Join(',', addresses);
}

using System.Globalization;
using System.Security.Cryptography;
using QuicWasm.Runtime;

namespace QuicWasm.Testing;

/// <summary>The state of all instances of a runtime: to compare, and to copy to another runtime with the same instances.</summary>
public static class ProgramState
{
    /// <summary>A line for each instance that can change.</summary>
    public static string Describe(Store store)
    {
        IEnumerable<string> lines =
        [
            .. store.Memories.Select(m => string.Create(
                CultureInfo.InvariantCulture, $"memory {m.PageCount} {Convert.ToHexString(SHA256.HashData(m.Span(0, m.LengthBytes)))}")),
            .. store.Globals.Select(g => string.Create(CultureInfo.InvariantCulture, $"global {g.Low} {g.High}")),
            .. store.Tables.Select(t => $"table {string.Join(' ', t.Elements)}"),
            .. store.Exceptions.All.OrderBy(e => e.Key).Select(e => $"exception {e.Key} {e.Value.Tag.Address} {string.Join(' ', e.Value.Fields)}"),
            .. store.Elements.Select(e => $"element {e.IsDropped}"),
            .. store.Datas.Select(d => $"data {d.IsDropped}"),
        ];
        return string.Join('\n', lines);
    }

    /// <summary>Copies the state into the instances of another runtime, which has the same ones in the same order.</summary>
    public static void Copy(Store from, Store to)
    {
        foreach (MemoryInstance source in from.Memories)
        {
            MemoryInstance target = to.Memories[source.Address];
            Assert.NotEqual(-1, target.Grow(source.PageCount - target.PageCount));
            source.Span(0, source.LengthBytes).CopyTo(target.Span(0, target.LengthBytes));
        }

        foreach (GlobalInstance source in from.Globals)
        {
            to.Globals[source.Address].Low = source.Low;
            to.Globals[source.Address].High = source.High;
        }

        foreach (TableInstance source in from.Tables)
        {
            TableInstance target = to.Tables[source.Address];
            Assert.NotEqual(-1, target.Grow((ulong)(source.Length - target.Length), Reference.Null));
            source.Elements.CopyTo(target.Elements, 0);
        }

        foreach ((ulong reference, ExceptionInstance source) in from.Exceptions.All.Where(e => !to.Exceptions.All.ContainsKey(e.Key)))
        {
            Assert.True(to.Exceptions.Restore(reference, new ExceptionInstance(to.Tags[source.Tag.Address], source.Fields)));
        }

        CopyDrops(from, to);
    }

    private static void CopyDrops(Store from, Store to)
    {
        foreach (ElementInstance element in from.Elements.Where(e => e.IsDropped))
        {
            to.Elements[element.Address].Drop();
        }

        foreach (DataInstance data in from.Datas.Where(d => d.IsDropped))
        {
            to.Datas[data.Address].Drop();
        }
    }
}

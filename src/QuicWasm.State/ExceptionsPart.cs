using System.Collections.Immutable;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>The part Exceptions: those that the program has references to (docs/state-image.md).</summary>
internal static class ExceptionsPart
{
    private const ulong Version = 1;

    /// <summary>Encodes the exceptions of a program that stands still, but for those that nothing refers to any more; empty where there was never one.</summary>
    /// <param name="store">The program's Store, everything in it present.</param>
    /// <param name="stack">What the program is going to do.</param>
    public static byte[] Encode(Store store, StackPart stack)
    {
        ExceptionStore exceptions = store.Exceptions;
        if (exceptions.LastReference == Reference.Null)
        {
            return [];
        }

        ImmutableArray<Frame> frames = stack.Stack?.Frames ?? [];
        exceptions.Collect([.. frames.SelectMany(f => f.Locals.Concat(f.Operands)), .. stack.Calls.SelectMany(c => c.Arguments)]);
        var writer = new ImageWriter();
        writer.Varint(Version);
        writer.Varint(exceptions.LastReference);
        writer.Number(exceptions.Count);
        foreach ((ulong reference, ExceptionInstance exception) in exceptions.All.OrderBy(e => e.Key))
        {
            writer.Varint(reference);
            writer.Number(exception.Tag.Address);
            writer.Slots(exception.Fields.AsSpan());
        }

        return writer.ToArray();
    }

    /// <summary>Puts the exceptions into a Store that has every instance.</summary>
    /// <exception cref="ImageException">They do not fit the Store.</exception>
    public static void Restore(ReadOnlySpan<byte> bytes, Store store)
    {
        var reader = new ImageReader(bytes, "the exceptions of the image");
        reader.Version(Version);
        ulong last = reader.Varint();
        for (int left = reader.Count(2); left > 0; left--)
        {
            ulong reference = reader.Varint();
            TagInstance tag = store.Tags[reader.Number(store.Tags.Count - 1)];
            var exception = new ExceptionInstance(tag, reader.Slots(tag.Type.ParameterSlots));
            if (reference == Reference.Null || reference > last || !store.Exceptions.Restore(reference, exception))
            {
                throw reader.Corrupt($"an exception with the reference {reference}, which is none or is there twice");
            }
        }

        reader.End();
        store.Exceptions.LastReference = last;
        foreach (ExceptionInstance exception in store.Exceptions.All.Values)
        {
            CheckFields(store, exception);
        }
    }

    private static void CheckFields(Store store, ExceptionInstance exception)
    {
        int slot = 0;
        foreach (ValueType type in exception.Tag.Type.Parameters)
        {
            References.Check(store, type, exception.Fields[slot], $"an exception with tag {exception.Tag.DisplayName}");
            slot += type.SlotCount();
        }
    }
}

using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>A table: a growable list of references (<see cref="Reference"/>).</summary>
public sealed class TableInstance : LazyInstance
{
    private readonly ulong _limit;
    private ulong[] _elements;

    internal TableInstance(int address, TableType type, ulong maximumElements)
    {
        Address = address;
        Type = type;
        _limit = Math.Min(type.Limits.Maximum ?? uint.MaxValue, maximumElements);
        _elements = new ulong[checked((int)type.Limits.Minimum)];
    }

    /// <summary>Its address in the Store.</summary>
    public int Address { get; }

    /// <summary>Its declared type; <see cref="Length"/> may have grown since.</summary>
    public TableType Type { get; }

    /// <summary>The type that an importer sees: the present length is the minimum.</summary>
    public TableType CurrentType => Type with { Limits = Type.Limits with { Minimum = (ulong)_elements.Length } };

    /// <summary>Number of elements.</summary>
    public int Length => _elements.Length;

    /// <summary>The elements. The array changes when the table grows.</summary>
    public ulong[] Elements => _elements;

    /// <summary>Reads an element.</summary>
    /// <exception cref="TrapException">The index is outside of the table.</exception>
    public ulong Get(ulong index)
    {
        EnsurePresent();
        return index < (ulong)_elements.Length ? _elements[index] : throw OutOfBounds();
    }

    /// <summary>Writes an element.</summary>
    /// <exception cref="TrapException">The index is outside of the table.</exception>
    public void Set(ulong index, ulong reference)
    {
        EnsurePresent();
        if (index >= (ulong)_elements.Length)
        {
            throw OutOfBounds();
        }

        _elements[index] = reference;
    }

    /// <summary>Grows the table. Gives the old length, or -1 where the limits forbid it.</summary>
    public long Grow(ulong delta, ulong initial)
    {
        EnsurePresent();
        int old = _elements.Length;
        if (delta > _limit || (ulong)old + delta > _limit)
        {
            return -1;
        }

        Array.Resize(ref _elements, (int)((ulong)old + delta));
        _elements.AsSpan(old).Fill(initial);
        return old;
    }

    /// <summary>Fills a range.</summary>
    /// <exception cref="TrapException">The range is outside of the table; nothing is written.</exception>
    public void Fill(ulong index, ulong reference, ulong count) => Range(index, count).Fill(reference);

    /// <summary>Copies from another table, or within this one.</summary>
    /// <exception cref="TrapException">A range is outside of its table; nothing is written.</exception>
    public void CopyFrom(TableInstance source, ulong sourceIndex, ulong index, ulong count)
    {
        Span<ulong> from = source.Range(sourceIndex, count);
        from.CopyTo(Range(index, count));
    }

    /// <summary>Copies from an element segment.</summary>
    /// <exception cref="TrapException">A range is outside of the segment or the table; nothing is written.</exception>
    public void Initialize(ElementInstance source, ulong sourceIndex, ulong index, ulong count)
    {
        ReadOnlySpan<ulong> items = source.References;
        if (sourceIndex + count > (ulong)items.Length)
        {
            throw OutOfBounds();
        }

        items.Slice((int)sourceIndex, (int)count).CopyTo(Range(index, count));
    }

    /// <summary>Sets the length and every element to null: for a restore.</summary>
    internal void Reset(int length) => _elements = new ulong[length];

    private Span<ulong> Range(ulong index, ulong count)
    {
        EnsurePresent();
        return index + count <= (ulong)_elements.Length ? _elements.AsSpan((int)index, (int)count) : throw OutOfBounds();
    }

    private static TrapException OutOfBounds() => new(TrapKind.OutOfBoundsTableAccess);
}

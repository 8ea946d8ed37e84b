using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>Elements and length of a table, where compiled code reads them.</summary>
public unsafe struct TableCell
{
    /// <summary>The first element; it moves when the table grows.</summary>
    public ulong* Elements;

    /// <summary>Number of elements; 0 while some are still at another node.</summary>
    public ulong Length;
}

/// <summary>
/// A table: a growable list of references (<see cref="Reference"/>). Elements that are still at another node are
/// <see cref="Reference.Absent"/>; <see cref="Get"/>, and every other read here, fetches them.
/// </summary>
public sealed unsafe class TableInstance : LazyInstance
{
    private readonly ulong _limit;
    private readonly TableQuota _quota;
    private ulong[] _elements;
    private Action<int, int>? _elementLoader;

    /// <param name="address">Its address in the Store.</param>
    /// <param name="type">Its type.</param>
    /// <param name="maximumElements">How far it grows at most, whatever its type says.</param>
    /// <param name="quota">What it grows from; its minimum is taken already.</param>
    /// <param name="cell">Where engines read its elements and length.</param>
    internal TableInstance(int address, TableType type, ulong maximumElements, TableQuota quota, nint cell)
    {
        _quota = quota;
        Cell = (TableCell*)cell;
        Address = address;
        Type = type;
        AddressMask = type.Limits.AddressMask;
        _limit = Math.Min(Math.Min(type.Limits.Maximum ?? uint.MaxValue, maximumElements), (ulong)Array.MaxLength);
        SetElements([], checked((int)type.Limits.Minimum));
    }

    /// <summary>Its address in the Store.</summary>
    public int Address { get; }

    /// <summary>Its declared type; <see cref="Length"/> may have grown since.</summary>
    public TableType Type { get; }

    /// <summary>The bits of a slot that are an index or a size.</summary>
    public ulong AddressMask { get; }

    /// <summary>The type that an importer sees: the present length is the minimum.</summary>
    public TableType CurrentType => Type with { Limits = Type.Limits with { Minimum = (ulong)_elements.Length } };

    /// <summary>Elements and length, for engines.</summary>
    public TableCell* Cell { get; }

    /// <summary>Number of elements.</summary>
    public int Length => _elements.Length;

    /// <summary>The elements, absent ones included. The array changes when the table grows.</summary>
    public ulong[] Elements => _elements;

    /// <summary>
    /// Declares every element absent. <paramref name="loader"/> is given the first index and the count of elements that are touched; it
    /// must end with them provided (<see cref="Provide"/>), or throw.
    /// </summary>
    public void SetElementLoader(Action<int, int> loader)
    {
        _elementLoader = loader;
        OnAbsent();
    }

    /// <summary>Gives elements that were absent. Those that the program has written meanwhile keep what it wrote.</summary>
    /// <param name="index">The first one's index.</param>
    /// <param name="references">The references.</param>
    public void Provide(int index, ReadOnlySpan<ulong> references)
    {
        Span<ulong> elements = _elements.AsSpan(index, references.Length);
        for (int i = 0; i < elements.Length; i++)
        {
            if (elements[i] == Reference.Absent)
            {
                elements[i] = references[i];
            }
        }
    }

    /// <summary>Makes sure that every element is here.</summary>
    /// <exception cref="TrapException">They could not be fetched.</exception>
    public void EnsureAllPresent()
    {
        ReadRange(0, (ulong)_elements.Length);
        _elementLoader = null;
        OnPresent();
    }

    /// <summary>Reads an element.</summary>
    /// <exception cref="TrapException">The index is outside of the table, or the element could not be fetched.</exception>
    public ulong Get(ulong index)
    {
        EnsurePresent();
        if (index >= (ulong)_elements.Length)
        {
            throw OutOfBounds();
        }

        ulong reference = _elements[index];
        return reference != Reference.Absent ? reference : ReadRange(index, 1)[0];
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
        if (delta > _limit || (ulong)old + delta > _limit || !_quota.TryTake(delta))
        {
            return -1;
        }

        SetElements(_elements, (int)((ulong)old + delta));
        _elements.AsSpan(old).Fill(initial);
        return old;
    }

    /// <summary>Fills a range.</summary>
    /// <exception cref="TrapException">The range is outside of the table; nothing is written.</exception>
    public void Fill(ulong index, ulong reference, ulong count) => WriteRange(index, count).Fill(reference);

    /// <summary>Copies from another table, or within this one.</summary>
    /// <exception cref="TrapException">A range is outside of its table; nothing is written.</exception>
    public void CopyFrom(TableInstance source, ulong sourceIndex, ulong index, ulong count)
    {
        Span<ulong> to = WriteRange(index, count);
        source.ReadRange(sourceIndex, count).CopyTo(to);
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

        items.Slice((int)sourceIndex, (int)count).CopyTo(WriteRange(index, count));
    }

    /// <summary>Sets the length, not below the present one, and every element to null: for a restore. False where so many elements are not left.</summary>
    internal bool TryReset(int length)
    {
        bool isTaken = _quota.TryTake((ulong)(length - _elements.Length));
        if (isTaken)
        {
            SetElements([], length);
        }

        return isTaken;
    }

    private protected override void OnAbsent()
    {
        _elements.AsSpan().Fill(Reference.Absent);
        Cell->Length = 0;
    }

    private protected override void OnPresent() => Cell->Length = IsPresent && _elementLoader is null ? (ulong)_elements.Length : 0;

    // SAFETY: the array is pinned for its life, and is kept by this table as long as the cell names it.
    [MemberNotNull(nameof(_elements))]
    private void SetElements(ReadOnlySpan<ulong> old, int length)
    {
        ulong[] elements = GC.AllocateArray<ulong>(length, pinned: true);
        old.CopyTo(elements);
        _elements = elements;
        Cell->Elements = (ulong*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(elements));
        OnPresent();
    }

    /// <summary>Elements that are written without having been read: they need not be fetched.</summary>
    private Span<ulong> WriteRange(ulong index, ulong count)
    {
        EnsurePresent();
        return index <= (ulong)_elements.Length && count <= (ulong)_elements.Length - index ? _elements.AsSpan((int)index, (int)count) : throw OutOfBounds();
    }

    private Span<ulong> ReadRange(ulong index, ulong count)
    {
        Span<ulong> range = WriteRange(index, count);
        if (_elementLoader is { } loader && range.IndexOf(Reference.Absent) is >= 0 and int first)
        {
            loader((int)index + first, range.LastIndexOf(Reference.Absent) - first + 1);
            if (range.Contains(Reference.Absent))
            {
                throw new TrapException(TrapKind.PartUnavailable, $"elements of table {Address} did not arrive");
            }
        }

        return range;
    }

    private static TrapException OutOfBounds() => new(TrapKind.OutOfBoundsTableAccess);
}

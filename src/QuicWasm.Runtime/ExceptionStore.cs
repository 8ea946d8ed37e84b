using System.Diagnostics.CodeAnalysis;
using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>
/// The exceptions that Wasm code has references to. A reference is a number that is never used again; exceptions that nothing refers
/// to any more are taken away whenever their count has doubled. What is in flight, or caught without a reference, is not here.
/// </summary>
public sealed class ExceptionStore
{
    // Below so many, nothing is looked for.
    private const int LeastThreshold = 4096;

    private readonly Store _store;
    private readonly Dictionary<ulong, ExceptionInstance> _exceptions = [];
    private int _threshold = LeastThreshold;

    internal ExceptionStore(Store store) => _store = store;

    /// <summary>How many there are.</summary>
    public int Count => _exceptions.Count;

    /// <summary>The exceptions by reference, in no order.</summary>
    public IReadOnlyDictionary<ulong, ExceptionInstance> All => _exceptions;

    /// <summary>
    /// Told when there are many, by an engine whose slots cannot be given in the middle of a computation: it calls <see cref="Collect(ReadOnlySpan{ulong})"/>
    /// at its next safe point.
    /// </summary>
    internal Action? CollectionWanted { get; set; }

    /// <summary>The latest reference that was given.</summary>
    public ulong LastReference { get; internal set; }

    /// <summary>The exception that a reference refers to; false where it refers to none.</summary>
    public bool TryGet(ulong reference, [MaybeNullWhen(false)] out ExceptionInstance exception) =>
        _exceptions.TryGetValue(reference, out exception);

    /// <summary>The reference to an exception, which gets one if it has none; others may be taken away.</summary>
    /// <param name="exception">An exception of this runtime.</param>
    /// <param name="slots">Every slot of every frame of the computation; other slots may be among them, and keep alive what they seem to refer to.</param>
    public ulong ReferenceTo(ExceptionInstance exception, ReadOnlySpan<ulong> slots)
    {
        if (exception.Reference != Reference.Null && _exceptions.ContainsKey(exception.Reference))
        {
            return exception.Reference;
        }

        if (_exceptions.Count >= _threshold)
        {
            if (CollectionWanted is { } want)
            {
                want();
            }
            else
            {
                Collect(slots, exception);
            }
        }

        exception.Reference = ++LastReference;
        _exceptions.Add(exception.Reference, exception);
        return exception.Reference;
    }

    /// <summary>Takes away every exception that neither the slots nor globals, tables and segments refer to.</summary>
    /// <param name="slots">Every slot of every frame, as for <see cref="ReferenceTo"/>.</param>
    public void Collect(ReadOnlySpan<ulong> slots) => Collect(slots, null);

    /// <summary>Puts an exception to its reference, for a restore; false where there is one already.</summary>
    public bool Restore(ulong reference, ExceptionInstance exception)
    {
        LastReference = Math.Max(LastReference, reference);
        exception.Reference = reference;
        return _exceptions.TryAdd(reference, exception);
    }

    private void Collect(ReadOnlySpan<ulong> slots, ExceptionInstance? inFlight)
    {
        var live = new HashSet<ulong>();
        var found = new Stack<ExceptionInstance>();
        Mark(slots, live, found);
        MarkInstances(live, found);
        if (inFlight is not null)
        {
            found.Push(inFlight);
        }

        while (found.TryPop(out ExceptionInstance? exception))
        {
            MarkFields(exception, live, found);
        }

        foreach (ulong reference in _exceptions.Keys)
        {
            if (!live.Contains(reference))
            {
                _exceptions.Remove(reference);
            }
        }

        _threshold = Math.Max(LeastThreshold, 2 * _exceptions.Count);
    }

    private void MarkInstances(HashSet<ulong> live, Stack<ExceptionInstance> found)
    {
        foreach (GlobalInstance global in _store.Globals)
        {
            if (IsExceptions(global.Type.ValueType))
            {
                global.EnsurePresent();
                Mark([global.Low], live, found);
            }
        }

        foreach (TableInstance table in _store.Tables)
        {
            if (IsExceptions(table.Type.ElementType))
            {
                table.EnsureAllPresent();
                Mark(table.Elements, live, found);
            }
        }

        foreach (ElementInstance element in _store.Elements)
        {
            if (IsExceptions(element.Type))
            {
                Mark(element.References, live, found);
            }
        }
    }

    private void MarkFields(ExceptionInstance exception, HashSet<ulong> live, Stack<ExceptionInstance> found)
    {
        int slot = 0;
        foreach (ValueType type in exception.Tag.Type.Parameters)
        {
            if (IsExceptions(type))
            {
                Mark([exception.Fields[slot]], live, found);
            }

            slot += type.SlotCount();
        }
    }

    private static bool IsExceptions(ValueType type) => type.OrNull() == ValueType.ExnRef;

    private void Mark(ReadOnlySpan<ulong> slots, HashSet<ulong> live, Stack<ExceptionInstance> found)
    {
        foreach (ulong slot in slots)
        {
            // Most slots are no references at all.
            if (slot != Reference.Null && slot <= LastReference && _exceptions.TryGetValue(slot, out ExceptionInstance? exception) && live.Add(slot))
            {
                found.Push(exception);
            }
        }
    }
}

namespace QuicWasm.Runtime;

/// <summary>An element segment at run time; dropping it leaves it empty.</summary>
public sealed class ElementInstance : LazyInstance
{
    private ulong[] _references;

    internal ElementInstance(int address, ValueType type, ulong[] references)
    {
        Address = address;
        Type = type;
        _references = references;
    }

    /// <summary>Its address in the Store.</summary>
    public int Address { get; }

    /// <summary>The type of its references.</summary>
    public ValueType Type { get; }

    /// <summary>Whether it was dropped.</summary>
    public bool IsDropped { get; private set; }

    /// <summary>The references; empty when dropped.</summary>
    public ReadOnlySpan<ulong> References
    {
        get
        {
            EnsurePresent();
            return _references;
        }
    }

    /// <summary>Drops the references. They need not be fetched for it.</summary>
    public void Drop()
    {
        SetPresent();
        IsDropped = true;
        _references = [];
    }

    /// <summary>Sets the references: for a restore.</summary>
    internal void Reset(ulong[] references) => _references = references;
}

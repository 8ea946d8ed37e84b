namespace QuicWasm.Runtime;

/// <summary>A data segment at run time; dropping it leaves it empty.</summary>
public sealed class DataInstance : LazyInstance
{
    private ReadOnlyMemory<byte> _bytes;

    internal DataInstance(int address, ReadOnlyMemory<byte> bytes)
    {
        Address = address;
        _bytes = bytes;
    }

    /// <summary>Its address in the Store.</summary>
    public int Address { get; }

    /// <summary>Whether it was dropped.</summary>
    public bool IsDropped { get; private set; }

    /// <summary>The bytes; empty when dropped.</summary>
    public ReadOnlyMemory<byte> Bytes
    {
        get
        {
            EnsurePresent();
            return _bytes;
        }
    }

    /// <summary>Drops the bytes. They need not be fetched for it.</summary>
    public void Drop()
    {
        SetPresent();
        IsDropped = true;
        _bytes = default;
    }

    /// <summary>Sets the bytes: for a restore.</summary>
    internal void Reset(ReadOnlyMemory<byte> bytes) => _bytes = bytes;
}

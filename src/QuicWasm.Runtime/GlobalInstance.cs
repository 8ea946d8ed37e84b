using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>A global variable: 16 bytes of instance memory that never move.</summary>
public sealed unsafe class GlobalInstance : LazyInstance
{
    internal GlobalInstance(int address, GlobalType type, nint cell)
    {
        Address = address;
        Type = type;
        Cell = cell;
    }

    /// <summary>Its address in the Store.</summary>
    public int Address { get; }

    /// <summary>Its type.</summary>
    public GlobalType Type { get; }

    /// <summary>Address of the 16 bytes that hold the value. An engine calls <see cref="LazyInstance.EnsurePresent"/> before it uses it.</summary>
    public nint Cell { get; }

    // SAFETY: the cell belongs to the runtime's CellArena, which outlives every instance of the Store.

    /// <summary>The value's low 64 bits.</summary>
    public ulong Low
    {
        get => *(ulong*)Cell;
        set => *(ulong*)Cell = value;
    }

    /// <summary>The value's high 64 bits: of a v128 only.</summary>
    public ulong High
    {
        get => ((ulong*)Cell)[1];
        set => ((ulong*)Cell)[1] = value;
    }
}

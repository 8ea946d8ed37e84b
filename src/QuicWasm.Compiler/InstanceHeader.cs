using System.Runtime.InteropServices;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

/// <summary>
/// What compiled code reads through its first argument: the beginning of an instance's block. Behind it stand the module's memories, globals,
/// tables, types and functions (<see cref="InstanceLayout"/>). Code is of the module; only the block is of the instance.
/// </summary>
// SAFETY: blocks are allocated zeroed and live as long as the engine.
internal unsafe struct InstanceHeader
{
    /// <summary>What safe points test.</summary>
    public SafePointCell SafePoint;

    /// <summary>Memory 0; a cell of length 0 where the instance has none.</summary>
    public MemoryCell* Memory;

    /// <summary>Every function of the Store, by reference; the null reference is entry 0.</summary>
    public EntryPoint* Entries;

    /// <summary>Where functions with several results leave them, in slots.</summary>
    public ulong* Results;

    /// <summary>Where a frame is written: locals, then operands.</summary>
    public ulong* Frame;

    /// <summary>The frame of the version that is entered.</summary>
    public ulong* VersionFrame;

    /// <summary>Handle of the engine.</summary>
    public nint Engine;

    /// <summary>Block of the instance whose code called last through an <see cref="EntryPoint"/>.</summary>
    public nint Caller;

    /// <summary>For bits on their way to another type, or to nowhere.</summary>
    public UInt128 Scratch;

    /// <summary>Store address of the function that was called last through a pointer to code that may be a stub.</summary>
    public int Callee;

    /// <summary>The function, among those that the module defines, that has something to ask at its entry.</summary>
    public int Entered;

    /// <summary>The table index of the last indirect call.</summary>
    public int TableIndex;

    /// <summary>Store address of the instance; -1 in the block that host functions are called with.</summary>
    public int Instance;
}

/// <summary>How a function of the Store is called.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal struct EntryPoint
{
    /// <summary>Bytes of one, as compiled code counts.</summary>
    public const int Bytes = 32;

    /// <summary>Compiled code, or the stub of the function's signature.</summary>
    public nint Code;

    /// <summary>Block of its instance.</summary>
    public nint Context;

    /// <summary>Number of its type; equal types have equal numbers in one engine; -1 for null.</summary>
    public int Type;

    /// <summary>Its address in the Store.</summary>
    public int Address;
}

/// <summary>How code of an instance calls a function of its index space.</summary>
internal struct FunctionCell
{
    /// <summary>Bytes of one, as compiled code counts.</summary>
    public const int Bytes = 24;

    /// <summary>Compiled code, or the stub of the function's signature.</summary>
    public nint Code;

    /// <summary>Block of its instance.</summary>
    public nint Context;

    /// <summary>Its address in the Store.</summary>
    public int Address;
}

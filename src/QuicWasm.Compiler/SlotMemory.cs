using System.Runtime.InteropServices;

namespace QuicWasm.Compiler;

/// <summary>Slots that are too many for the stack.</summary>
// SAFETY: the memory lives until Dispose, and its users are called between.
internal readonly unsafe ref struct SlotMemory
{
    /// <summary>Allocates so many slots; none for 0.</summary>
    public SlotMemory(int count) => Slots = count > 0 ? (ulong*)NativeMemory.AllocZeroed((nuint)count, sizeof(ulong)) : null;

    /// <summary>The first slot, or null.</summary>
    public ulong* Slots { get; }

    public void Dispose() => NativeMemory.Free(Slots);
}

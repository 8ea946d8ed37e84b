using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

/// <summary>Addresses of 64 bits.</summary>
internal static unsafe class WideAddress
{
    /// <summary>Where an access leads, or zero where it is outside of the memory.</summary>
    // SAFETY: the sum is checked for a carry, and the width against what is left of the memory, so that all bytes lie inside of it.
    public static nint Locate(nint cell, ulong address, ulong offset, ulong widthBytes)
    {
        var memory = (MemoryCell*)cell;
        ulong start = address + offset;
        return start >= address && memory->LengthBytes >= widthBytes && start <= memory->LengthBytes - widthBytes
            ? (nint)(memory->Base + start)
            : 0;
    }
}

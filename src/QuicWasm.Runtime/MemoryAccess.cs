using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace QuicWasm.Runtime;

/// <summary>Values and texts in a linear memory, at offsets in bytes. What is outside of the memory traps.</summary>
public static class MemoryAccess
{
    /// <summary>Reads a number, or a structure of numbers, little endian and unaligned.</summary>
    /// <exception cref="TrapException">It is outside of the memory.</exception>
    public static T Read<T>(this MemoryInstance memory, ulong offset)
        where T : unmanaged => MemoryMarshal.Read<T>(memory.Span(offset, (ulong)Unsafe.SizeOf<T>()));

    /// <summary>Writes a number, or a structure of numbers, little endian and unaligned.</summary>
    /// <exception cref="TrapException">It is outside of the memory.</exception>
    public static void Write<T>(this MemoryInstance memory, ulong offset, T value)
        where T : unmanaged => MemoryMarshal.Write(memory.Span(offset, (ulong)Unsafe.SizeOf<T>()), in value);

    /// <summary>Reads UTF-8; what is not becomes U+FFFD.</summary>
    /// <exception cref="TrapException">It is outside of the memory.</exception>
    public static string ReadText(this MemoryInstance memory, ulong offset, ulong lengthBytes) => Encoding.UTF8.GetString(memory.Span(offset, lengthBytes));

    /// <summary>Writes UTF-8 without an end mark; gives its length in bytes.</summary>
    /// <exception cref="TrapException">It is outside of the memory; nothing is written.</exception>
    public static int WriteText(this MemoryInstance memory, ulong offset, string text) =>
        Encoding.UTF8.GetBytes(text, memory.Span(offset, (ulong)Encoding.UTF8.GetByteCount(text)));
}

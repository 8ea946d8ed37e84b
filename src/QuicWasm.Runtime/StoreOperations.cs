using System.Runtime.CompilerServices;

namespace QuicWasm.Runtime;

/// <summary>Stores, by opcode; floats as bits.</summary>
// SAFETY: the handler around each of these has checked that the bytes lie inside the memory.
internal static unsafe class StoreOperations
{
    public static void I32Store(byte* p, int value) => Unsafe.WriteUnaligned(p, value);

    public static void I64Store(byte* p, long value) => Unsafe.WriteUnaligned(p, value);

    public static void F32Store(byte* p, uint value) => Unsafe.WriteUnaligned(p, value);

    public static void F64Store(byte* p, ulong value) => Unsafe.WriteUnaligned(p, value);

    public static void I32Store8(byte* p, int value) => Unsafe.WriteUnaligned(p, (byte)value);

    public static void I32Store16(byte* p, int value) => Unsafe.WriteUnaligned(p, (ushort)value);

    public static void I64Store8(byte* p, long value) => Unsafe.WriteUnaligned(p, (byte)value);

    public static void I64Store16(byte* p, long value) => Unsafe.WriteUnaligned(p, (ushort)value);

    public static void I64Store32(byte* p, long value) => Unsafe.WriteUnaligned(p, (uint)value);
}

using System.Runtime.CompilerServices;

namespace QuicWasm.Runtime;

/// <summary>Loads, by opcode; floats as bits.</summary>
// SAFETY: the handler around each of these has checked that the bytes lie inside the memory.
internal static unsafe class LoadOperations
{
    public static int I32Load(byte* p) => Unsafe.ReadUnaligned<int>(p);

    public static long I64Load(byte* p) => Unsafe.ReadUnaligned<long>(p);

    public static uint F32Load(byte* p) => Unsafe.ReadUnaligned<uint>(p);

    public static ulong F64Load(byte* p) => Unsafe.ReadUnaligned<ulong>(p);

    public static int I32Load8S(byte* p) => Unsafe.ReadUnaligned<sbyte>(p);

    public static int I32Load8U(byte* p) => Unsafe.ReadUnaligned<byte>(p);

    public static int I32Load16S(byte* p) => Unsafe.ReadUnaligned<short>(p);

    public static int I32Load16U(byte* p) => Unsafe.ReadUnaligned<ushort>(p);

    public static long I64Load8S(byte* p) => Unsafe.ReadUnaligned<sbyte>(p);

    public static long I64Load8U(byte* p) => Unsafe.ReadUnaligned<byte>(p);

    public static long I64Load16S(byte* p) => Unsafe.ReadUnaligned<short>(p);

    public static long I64Load16U(byte* p) => Unsafe.ReadUnaligned<ushort>(p);

    public static long I64Load32S(byte* p) => Unsafe.ReadUnaligned<int>(p);

    public static long I64Load32U(byte* p) => Unsafe.ReadUnaligned<uint>(p);
}

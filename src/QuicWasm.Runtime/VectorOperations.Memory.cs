using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QuicWasm.Runtime;

/// <summary>Loads and stores of vectors and of their lanes.</summary>
// SAFETY: the handler around each of these has checked that the bytes lie inside the memory.
internal static unsafe partial class VectorOperations
{
    public static Vector128<byte> V128Load(byte* p) => Unsafe.ReadUnaligned<Vector128<byte>>(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> V128Load8x8S(byte* p) =>
        Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(p)).AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> V128Load8x8U(byte* p) =>
        Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(p)).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> V128Load16x4S(byte* p) =>
        Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(p)).AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> V128Load16x4U(byte* p) =>
        Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(p)).AsUInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<long> V128Load32x2S(byte* p) =>
        Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(p)).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> V128Load32x2U(byte* p) =>
        Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(p)).AsUInt32());

    public static Vector128<byte> V128Load8Splat(byte* p) => Vector128.Create(Unsafe.ReadUnaligned<byte>(p));

    public static Vector128<ushort> V128Load16Splat(byte* p) => Vector128.Create(Unsafe.ReadUnaligned<ushort>(p));

    public static Vector128<uint> V128Load32Splat(byte* p) => Vector128.Create(Unsafe.ReadUnaligned<uint>(p));

    public static Vector128<ulong> V128Load64Splat(byte* p) => Vector128.Create(Unsafe.ReadUnaligned<ulong>(p));

    public static Vector128<uint> V128Load32Zero(byte* p) => Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(p));

    public static Vector128<ulong> V128Load64Zero(byte* p) => Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(p));

    public static Vector128<byte> V128Load8Lane(byte* p, Vector128<byte> a, int lane) => a.WithElement(lane, Unsafe.ReadUnaligned<byte>(p));

    public static Vector128<ushort> V128Load16Lane(byte* p, Vector128<ushort> a, int lane) =>
        a.WithElement(lane, Unsafe.ReadUnaligned<ushort>(p));

    public static Vector128<uint> V128Load32Lane(byte* p, Vector128<uint> a, int lane) =>
        a.WithElement(lane, Unsafe.ReadUnaligned<uint>(p));

    public static Vector128<ulong> V128Load64Lane(byte* p, Vector128<ulong> a, int lane) =>
        a.WithElement(lane, Unsafe.ReadUnaligned<ulong>(p));

    public static void V128Store(byte* p, Vector128<byte> a) => Unsafe.WriteUnaligned(p, a);

    public static void V128Store8Lane(byte* p, Vector128<byte> a, int lane) => Unsafe.WriteUnaligned(p, a.GetElement(lane));

    public static void V128Store16Lane(byte* p, Vector128<ushort> a, int lane) => Unsafe.WriteUnaligned(p, a.GetElement(lane));

    public static void V128Store32Lane(byte* p, Vector128<uint> a, int lane) => Unsafe.WriteUnaligned(p, a.GetElement(lane));

    public static void V128Store64Lane(byte* p, Vector128<ulong> a, int lane) => Unsafe.WriteUnaligned(p, a.GetElement(lane));
}

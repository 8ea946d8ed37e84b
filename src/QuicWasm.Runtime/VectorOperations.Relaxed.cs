using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QuicWasm.Runtime;

/// <summary>
/// The relaxed instructions. Of the results that the specification allows, each gives the one of the deterministic profile, on every CPU:
/// a program may move in the middle of a computation.
/// </summary>
internal static partial class VectorOperations
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> I8x16RelaxedSwizzle(Vector128<byte> a, Vector128<byte> indices) => I8x16Swizzle(a, indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> I32x4RelaxedTruncF32x4S(Vector128<float> a) => I32x4TruncSatF32x4S(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> I32x4RelaxedTruncF32x4U(Vector128<float> a) => I32x4TruncSatF32x4U(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> I32x4RelaxedTruncF64x2SZero(Vector128<double> a) => I32x4TruncSatF64x2SZero(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> I32x4RelaxedTruncF64x2UZero(Vector128<double> a) => I32x4TruncSatF64x2UZero(a);

    // Not fused: the product is rounded, then the sum. The JIT never fuses on its own.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4RelaxedMadd(Vector128<float> a, Vector128<float> b, Vector128<float> c) => Canonical((a * b) + c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4RelaxedNmadd(Vector128<float> a, Vector128<float> b, Vector128<float> c) => Canonical(c - (a * b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2RelaxedMadd(Vector128<double> a, Vector128<double> b, Vector128<double> c) =>
        Canonical((a * b) + c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2RelaxedNmadd(Vector128<double> a, Vector128<double> b, Vector128<double> c) =>
        Canonical(c - (a * b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> I8x16RelaxedLaneselect(Vector128<ulong> a, Vector128<ulong> b, Vector128<ulong> mask) =>
        V128Bitselect(a, b, mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> I16x8RelaxedLaneselect(Vector128<ulong> a, Vector128<ulong> b, Vector128<ulong> mask) =>
        V128Bitselect(a, b, mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> I32x4RelaxedLaneselect(Vector128<ulong> a, Vector128<ulong> b, Vector128<ulong> mask) =>
        V128Bitselect(a, b, mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> I64x2RelaxedLaneselect(Vector128<ulong> a, Vector128<ulong> b, Vector128<ulong> mask) =>
        V128Bitselect(a, b, mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4RelaxedMin(Vector128<float> a, Vector128<float> b) => F32x4Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4RelaxedMax(Vector128<float> a, Vector128<float> b) => F32x4Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2RelaxedMin(Vector128<double> a, Vector128<double> b) => F64x2Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2RelaxedMax(Vector128<double> a, Vector128<double> b) => F64x2Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> I16x8RelaxedQ15mulrS(Vector128<short> a, Vector128<short> b) => I16x8Q15mulrSatS(a, b);

    // Both operands are signed, and only the sum of -128 * -128 twice saturates.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> I16x8RelaxedDotI8x16I7x16S(Vector128<short> a, Vector128<short> b) =>
        I16x8AddSatS(((a << 8) >> 8) * ((b << 8) >> 8), (a >> 8) * (b >> 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> I32x4RelaxedDotI8x16I7x16AddS(Vector128<short> a, Vector128<short> b, Vector128<int> c) =>
        I32x4ExtaddPairwiseI16x8S(I16x8RelaxedDotI8x16I7x16S(a, b).AsInt32()) + c;
}

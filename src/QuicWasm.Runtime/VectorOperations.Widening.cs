using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QuicWasm.Runtime;

/// <summary>Integers made wider: alone, as products, and as sums of neighbours.</summary>
internal static partial class VectorOperations
{
    public static Vector128<short> I16x8ExtendLowI8x16S(Vector128<sbyte> a) => Vector128.WidenLower(a);

    public static Vector128<short> I16x8ExtendHighI8x16S(Vector128<sbyte> a) => Vector128.WidenUpper(a);

    public static Vector128<ushort> I16x8ExtendLowI8x16U(Vector128<byte> a) => Vector128.WidenLower(a);

    public static Vector128<ushort> I16x8ExtendHighI8x16U(Vector128<byte> a) => Vector128.WidenUpper(a);

    public static Vector128<int> I32x4ExtendLowI16x8S(Vector128<short> a) => Vector128.WidenLower(a);

    public static Vector128<int> I32x4ExtendHighI16x8S(Vector128<short> a) => Vector128.WidenUpper(a);

    public static Vector128<uint> I32x4ExtendLowI16x8U(Vector128<ushort> a) => Vector128.WidenLower(a);

    public static Vector128<uint> I32x4ExtendHighI16x8U(Vector128<ushort> a) => Vector128.WidenUpper(a);

    public static Vector128<long> I64x2ExtendLowI32x4S(Vector128<int> a) => Vector128.WidenLower(a);

    public static Vector128<long> I64x2ExtendHighI32x4S(Vector128<int> a) => Vector128.WidenUpper(a);

    public static Vector128<ulong> I64x2ExtendLowI32x4U(Vector128<uint> a) => Vector128.WidenLower(a);

    public static Vector128<ulong> I64x2ExtendHighI32x4U(Vector128<uint> a) => Vector128.WidenUpper(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> I16x8ExtmulLowI8x16S(Vector128<sbyte> a, Vector128<sbyte> b) =>
        Vector128.WidenLower(a) * Vector128.WidenLower(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> I16x8ExtmulHighI8x16S(Vector128<sbyte> a, Vector128<sbyte> b) =>
        Vector128.WidenUpper(a) * Vector128.WidenUpper(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> I16x8ExtmulLowI8x16U(Vector128<byte> a, Vector128<byte> b) =>
        Vector128.WidenLower(a) * Vector128.WidenLower(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> I16x8ExtmulHighI8x16U(Vector128<byte> a, Vector128<byte> b) =>
        Vector128.WidenUpper(a) * Vector128.WidenUpper(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> I32x4ExtmulLowI16x8S(Vector128<short> a, Vector128<short> b) =>
        Vector128.WidenLower(a) * Vector128.WidenLower(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> I32x4ExtmulHighI16x8S(Vector128<short> a, Vector128<short> b) =>
        Vector128.WidenUpper(a) * Vector128.WidenUpper(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> I32x4ExtmulLowI16x8U(Vector128<ushort> a, Vector128<ushort> b) =>
        Vector128.WidenLower(a) * Vector128.WidenLower(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> I32x4ExtmulHighI16x8U(Vector128<ushort> a, Vector128<ushort> b) =>
        Vector128.WidenUpper(a) * Vector128.WidenUpper(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<long> I64x2ExtmulLowI32x4S(Vector128<int> a, Vector128<int> b) =>
        Vector128.WidenLower(a) * Vector128.WidenLower(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<long> I64x2ExtmulHighI32x4S(Vector128<int> a, Vector128<int> b) =>
        Vector128.WidenUpper(a) * Vector128.WidenUpper(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> I64x2ExtmulLowI32x4U(Vector128<uint> a, Vector128<uint> b) =>
        Vector128.WidenLower(a) * Vector128.WidenLower(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> I64x2ExtmulHighI32x4U(Vector128<uint> a, Vector128<uint> b) =>
        Vector128.WidenUpper(a) * Vector128.WidenUpper(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> I16x8ExtaddPairwiseI8x16S(Vector128<short> a) => ((a << 8) >> 8) + (a >> 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> I16x8ExtaddPairwiseI8x16U(Vector128<ushort> a) => (a & Vector128.Create((ushort)0x00FF)) + (a >>> 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> I32x4ExtaddPairwiseI16x8S(Vector128<int> a) => ((a << 16) >> 16) + (a >> 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> I32x4ExtaddPairwiseI16x8U(Vector128<uint> a) => (a & Vector128.Create(0x0000FFFFu)) + (a >>> 16);
}

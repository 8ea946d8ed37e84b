using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QuicWasm.Runtime;

/// <summary>
/// Conversions between shapes.
/// Conversions to integers saturate on .NET 9 and later, with NaN to 0, as trunc_sat asks for.
/// </summary>
internal static partial class VectorOperations
{
    public static Vector128<sbyte> I8x16NarrowI16x8S(Vector128<short> a, Vector128<short> b) => Vector128.NarrowWithSaturation(a, b);

    // The operands are signed: what is below zero becomes zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> I8x16NarrowI16x8U(Vector128<short> a, Vector128<short> b) => Vector128.NarrowWithSaturation(
        Vector128.Max(a, Vector128<short>.Zero).AsUInt16(), Vector128.Max(b, Vector128<short>.Zero).AsUInt16());

    public static Vector128<short> I16x8NarrowI32x4S(Vector128<int> a, Vector128<int> b) => Vector128.NarrowWithSaturation(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> I16x8NarrowI32x4U(Vector128<int> a, Vector128<int> b) => Vector128.NarrowWithSaturation(
        Vector128.Max(a, Vector128<int>.Zero).AsUInt32(), Vector128.Max(b, Vector128<int>.Zero).AsUInt32());

    public static Vector128<int> I32x4TruncSatF32x4S(Vector128<float> a) => Vector128.ConvertToInt32(a);

    public static Vector128<uint> I32x4TruncSatF32x4U(Vector128<float> a) => Vector128.ConvertToUInt32(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> I32x4TruncSatF64x2SZero(Vector128<double> a) => Vector128.Create((int)a[0], (int)a[1], 0, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> I32x4TruncSatF64x2UZero(Vector128<double> a) => Vector128.Create((uint)a[0], (uint)a[1], 0, 0);

    public static Vector128<float> F32x4ConvertI32x4S(Vector128<int> a) => Vector128.ConvertToSingle(a);

    public static Vector128<float> F32x4ConvertI32x4U(Vector128<uint> a) => Vector128.ConvertToSingle(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2ConvertLowI32x4S(Vector128<int> a) => Vector128.Create((double)a[0], a[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2ConvertLowI32x4U(Vector128<uint> a) => Vector128.Create((double)a[0], a[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4DemoteF64x2Zero(Vector128<double> a) => Canonical(Vector128.Narrow(a, Vector128<double>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2PromoteLowF32x4(Vector128<float> a) => Canonical(Vector128.WidenLower(a));
}

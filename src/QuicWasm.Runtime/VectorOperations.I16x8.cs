using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QuicWasm.Runtime;

/// <summary>The i16x8 instructions (spec: exec/numerics), named as in the opcode table.</summary>
internal static partial class VectorOperations
{
    public static Vector128<short> I16x8Eq(Vector128<short> a, Vector128<short> b) => Vector128.Equals(a, b);

    public static Vector128<short> I16x8Ne(Vector128<short> a, Vector128<short> b) => ~Vector128.Equals(a, b);

    public static Vector128<short> I16x8LtS(Vector128<short> a, Vector128<short> b) => Vector128.LessThan(a, b);

    public static Vector128<ushort> I16x8LtU(Vector128<ushort> a, Vector128<ushort> b) => Vector128.LessThan(a, b);

    public static Vector128<short> I16x8GtS(Vector128<short> a, Vector128<short> b) => Vector128.GreaterThan(a, b);

    public static Vector128<ushort> I16x8GtU(Vector128<ushort> a, Vector128<ushort> b) => Vector128.GreaterThan(a, b);

    public static Vector128<short> I16x8LeS(Vector128<short> a, Vector128<short> b) => Vector128.LessThanOrEqual(a, b);

    public static Vector128<ushort> I16x8LeU(Vector128<ushort> a, Vector128<ushort> b) => Vector128.LessThanOrEqual(a, b);

    public static Vector128<short> I16x8GeS(Vector128<short> a, Vector128<short> b) => Vector128.GreaterThanOrEqual(a, b);

    public static Vector128<ushort> I16x8GeU(Vector128<ushort> a, Vector128<ushort> b) => Vector128.GreaterThanOrEqual(a, b);

    // Wraps for the smallest number, which Vector128.Abs need not do without vector hardware.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> I16x8Abs(Vector128<short> a) =>
        Vector128.ConditionalSelect(Vector128.LessThan(a, Vector128<short>.Zero), -a, a);

    public static Vector128<short> I16x8Neg(Vector128<short> a) => -a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool I16x8AllTrue(Vector128<short> a) => !Vector128.EqualsAny(a, Vector128<short>.Zero);

    public static uint I16x8Bitmask(Vector128<short> a) => Vector128.ExtractMostSignificantBits(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> I16x8Shl(Vector128<short> a, int count) => a << (count & 15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> I16x8ShrS(Vector128<short> a, int count) => a >> (count & 15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> I16x8ShrU(Vector128<ushort> a, int count) => a >>> (count & 15);

    public static Vector128<short> I16x8Add(Vector128<short> a, Vector128<short> b) => a + b;

    public static Vector128<short> I16x8AddSatS(Vector128<short> a, Vector128<short> b) => Vector128.AddSaturate(a, b);

    public static Vector128<ushort> I16x8AddSatU(Vector128<ushort> a, Vector128<ushort> b) => Vector128.AddSaturate(a, b);

    public static Vector128<short> I16x8Sub(Vector128<short> a, Vector128<short> b) => a - b;

    public static Vector128<short> I16x8SubSatS(Vector128<short> a, Vector128<short> b) => Vector128.SubtractSaturate(a, b);

    public static Vector128<ushort> I16x8SubSatU(Vector128<ushort> a, Vector128<ushort> b) => Vector128.SubtractSaturate(a, b);

    public static Vector128<short> I16x8Mul(Vector128<short> a, Vector128<short> b) => a * b;

    public static Vector128<short> I16x8MinS(Vector128<short> a, Vector128<short> b) => Vector128.Min(a, b);

    public static Vector128<ushort> I16x8MinU(Vector128<ushort> a, Vector128<ushort> b) => Vector128.Min(a, b);

    public static Vector128<short> I16x8MaxS(Vector128<short> a, Vector128<short> b) => Vector128.Max(a, b);

    public static Vector128<ushort> I16x8MaxU(Vector128<ushort> a, Vector128<ushort> b) => Vector128.Max(a, b);

    // (a + b + 1) / 2 without a wider number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> I16x8AvgrU(Vector128<ushort> a, Vector128<ushort> b) => (a | b) - ((a ^ b) >>> 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> I16x8Q15mulrSatS(Vector128<short> a, Vector128<short> b) => Vector128.NarrowWithSaturation(
        Q15Product(Vector128.WidenLower(a), Vector128.WidenLower(b)), Q15Product(Vector128.WidenUpper(a), Vector128.WidenUpper(b)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Q15Product(Vector128<int> a, Vector128<int> b) => ((a * b) + Vector128.Create(0x4000)) >> 15;
}

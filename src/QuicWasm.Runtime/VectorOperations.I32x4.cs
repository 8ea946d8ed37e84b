using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QuicWasm.Runtime;

/// <summary>The i32x4 instructions (spec: exec/numerics), named as in the opcode table.</summary>
internal static partial class VectorOperations
{
    public static Vector128<int> I32x4Eq(Vector128<int> a, Vector128<int> b) => Vector128.Equals(a, b);

    public static Vector128<int> I32x4Ne(Vector128<int> a, Vector128<int> b) => ~Vector128.Equals(a, b);

    public static Vector128<int> I32x4LtS(Vector128<int> a, Vector128<int> b) => Vector128.LessThan(a, b);

    public static Vector128<uint> I32x4LtU(Vector128<uint> a, Vector128<uint> b) => Vector128.LessThan(a, b);

    public static Vector128<int> I32x4GtS(Vector128<int> a, Vector128<int> b) => Vector128.GreaterThan(a, b);

    public static Vector128<uint> I32x4GtU(Vector128<uint> a, Vector128<uint> b) => Vector128.GreaterThan(a, b);

    public static Vector128<int> I32x4LeS(Vector128<int> a, Vector128<int> b) => Vector128.LessThanOrEqual(a, b);

    public static Vector128<uint> I32x4LeU(Vector128<uint> a, Vector128<uint> b) => Vector128.LessThanOrEqual(a, b);

    public static Vector128<int> I32x4GeS(Vector128<int> a, Vector128<int> b) => Vector128.GreaterThanOrEqual(a, b);

    public static Vector128<uint> I32x4GeU(Vector128<uint> a, Vector128<uint> b) => Vector128.GreaterThanOrEqual(a, b);

    // Wraps for the smallest number, which Vector128.Abs need not do without vector hardware.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> I32x4Abs(Vector128<int> a) =>
        Vector128.ConditionalSelect(Vector128.LessThan(a, Vector128<int>.Zero), -a, a);

    public static Vector128<int> I32x4Neg(Vector128<int> a) => -a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool I32x4AllTrue(Vector128<int> a) => !Vector128.EqualsAny(a, Vector128<int>.Zero);

    public static uint I32x4Bitmask(Vector128<int> a) => Vector128.ExtractMostSignificantBits(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> I32x4Shl(Vector128<int> a, int count) => a << (count & 31);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> I32x4ShrS(Vector128<int> a, int count) => a >> (count & 31);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> I32x4ShrU(Vector128<uint> a, int count) => a >>> (count & 31);

    public static Vector128<int> I32x4Add(Vector128<int> a, Vector128<int> b) => a + b;

    public static Vector128<int> I32x4Sub(Vector128<int> a, Vector128<int> b) => a - b;

    public static Vector128<int> I32x4Mul(Vector128<int> a, Vector128<int> b) => a * b;

    public static Vector128<int> I32x4MinS(Vector128<int> a, Vector128<int> b) => Vector128.Min(a, b);

    public static Vector128<uint> I32x4MinU(Vector128<uint> a, Vector128<uint> b) => Vector128.Min(a, b);

    public static Vector128<int> I32x4MaxS(Vector128<int> a, Vector128<int> b) => Vector128.Max(a, b);

    public static Vector128<uint> I32x4MaxU(Vector128<uint> a, Vector128<uint> b) => Vector128.Max(a, b);

    // Products of neighbours, added without saturation.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> I32x4DotI16x8S(Vector128<int> a, Vector128<int> b) =>
        (Vector128.ShiftRightArithmetic(a << 16, 16) * Vector128.ShiftRightArithmetic(b << 16, 16)) + ((a >> 16) * (b >> 16));
}

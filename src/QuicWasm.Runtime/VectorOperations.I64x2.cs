using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QuicWasm.Runtime;

/// <summary>The i64x2 instructions (spec: exec/numerics), named as in the opcode table.</summary>
internal static partial class VectorOperations
{
    public static Vector128<long> I64x2Eq(Vector128<long> a, Vector128<long> b) => Vector128.Equals(a, b);

    public static Vector128<long> I64x2Ne(Vector128<long> a, Vector128<long> b) => ~Vector128.Equals(a, b);

    public static Vector128<long> I64x2LtS(Vector128<long> a, Vector128<long> b) => Vector128.LessThan(a, b);

    public static Vector128<long> I64x2GtS(Vector128<long> a, Vector128<long> b) => Vector128.GreaterThan(a, b);

    public static Vector128<long> I64x2LeS(Vector128<long> a, Vector128<long> b) => Vector128.LessThanOrEqual(a, b);

    public static Vector128<long> I64x2GeS(Vector128<long> a, Vector128<long> b) => Vector128.GreaterThanOrEqual(a, b);

    // Wraps for the smallest number, which Vector128.Abs need not do without vector hardware.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<long> I64x2Abs(Vector128<long> a) =>
        Vector128.ConditionalSelect(Vector128.LessThan(a, Vector128<long>.Zero), -a, a);

    public static Vector128<long> I64x2Neg(Vector128<long> a) => -a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool I64x2AllTrue(Vector128<long> a) => !Vector128.EqualsAny(a, Vector128<long>.Zero);

    public static uint I64x2Bitmask(Vector128<long> a) => Vector128.ExtractMostSignificantBits(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<long> I64x2Shl(Vector128<long> a, int count) => a << (count & 63);

    // Without the instruction for it: shifts in zeros, then sets the sign again by the carry of a subtraction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> I64x2ShrS(Vector128<ulong> a, int count)
    {
        Vector128<ulong> sign = Vector128.Create(1UL << 63) >>> (count & 63);
        return ((a >>> (count & 63)) ^ sign) - sign;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> I64x2ShrU(Vector128<ulong> a, int count) => a >>> (count & 63);

    public static Vector128<long> I64x2Add(Vector128<long> a, Vector128<long> b) => a + b;

    public static Vector128<long> I64x2Sub(Vector128<long> a, Vector128<long> b) => a - b;

    public static Vector128<long> I64x2Mul(Vector128<long> a, Vector128<long> b) => a * b;
}

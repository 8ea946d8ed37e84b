using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QuicWasm.Runtime;

/// <summary>The i8x16 instructions (spec: exec/numerics), named as in the opcode table.</summary>
internal static partial class VectorOperations
{
    public static Vector128<sbyte> I8x16Eq(Vector128<sbyte> a, Vector128<sbyte> b) => Vector128.Equals(a, b);

    public static Vector128<sbyte> I8x16Ne(Vector128<sbyte> a, Vector128<sbyte> b) => ~Vector128.Equals(a, b);

    public static Vector128<sbyte> I8x16LtS(Vector128<sbyte> a, Vector128<sbyte> b) => Vector128.LessThan(a, b);

    public static Vector128<byte> I8x16LtU(Vector128<byte> a, Vector128<byte> b) => Vector128.LessThan(a, b);

    public static Vector128<sbyte> I8x16GtS(Vector128<sbyte> a, Vector128<sbyte> b) => Vector128.GreaterThan(a, b);

    public static Vector128<byte> I8x16GtU(Vector128<byte> a, Vector128<byte> b) => Vector128.GreaterThan(a, b);

    public static Vector128<sbyte> I8x16LeS(Vector128<sbyte> a, Vector128<sbyte> b) => Vector128.LessThanOrEqual(a, b);

    public static Vector128<byte> I8x16LeU(Vector128<byte> a, Vector128<byte> b) => Vector128.LessThanOrEqual(a, b);

    public static Vector128<sbyte> I8x16GeS(Vector128<sbyte> a, Vector128<sbyte> b) => Vector128.GreaterThanOrEqual(a, b);

    public static Vector128<byte> I8x16GeU(Vector128<byte> a, Vector128<byte> b) => Vector128.GreaterThanOrEqual(a, b);

    // Wraps for the smallest number, which Vector128.Abs need not do without vector hardware.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> I8x16Abs(Vector128<sbyte> a) =>
        Vector128.ConditionalSelect(Vector128.LessThan(a, Vector128<sbyte>.Zero), -a, a);

    public static Vector128<sbyte> I8x16Neg(Vector128<sbyte> a) => -a;

    // Counts in pairs of bits, then in fours, then in eights.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> I8x16Popcnt(Vector128<byte> a)
    {
        Vector128<byte> pairs = a - ((a >>> 1) & Vector128.Create((byte)0x55));
        Vector128<byte> fours = (pairs & Vector128.Create((byte)0x33)) + ((pairs >>> 2) & Vector128.Create((byte)0x33));
        return (fours + (fours >>> 4)) & Vector128.Create((byte)0x0F);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool I8x16AllTrue(Vector128<sbyte> a) => !Vector128.EqualsAny(a, Vector128<sbyte>.Zero);

    public static uint I8x16Bitmask(Vector128<sbyte> a) => Vector128.ExtractMostSignificantBits(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> I8x16Shl(Vector128<sbyte> a, int count) => a << (count & 7);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> I8x16ShrS(Vector128<sbyte> a, int count) => a >> (count & 7);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> I8x16ShrU(Vector128<byte> a, int count) => a >>> (count & 7);

    public static Vector128<sbyte> I8x16Add(Vector128<sbyte> a, Vector128<sbyte> b) => a + b;

    public static Vector128<sbyte> I8x16AddSatS(Vector128<sbyte> a, Vector128<sbyte> b) => Vector128.AddSaturate(a, b);

    public static Vector128<byte> I8x16AddSatU(Vector128<byte> a, Vector128<byte> b) => Vector128.AddSaturate(a, b);

    public static Vector128<sbyte> I8x16Sub(Vector128<sbyte> a, Vector128<sbyte> b) => a - b;

    public static Vector128<sbyte> I8x16SubSatS(Vector128<sbyte> a, Vector128<sbyte> b) => Vector128.SubtractSaturate(a, b);

    public static Vector128<byte> I8x16SubSatU(Vector128<byte> a, Vector128<byte> b) => Vector128.SubtractSaturate(a, b);

    public static Vector128<sbyte> I8x16MinS(Vector128<sbyte> a, Vector128<sbyte> b) => Vector128.Min(a, b);

    public static Vector128<byte> I8x16MinU(Vector128<byte> a, Vector128<byte> b) => Vector128.Min(a, b);

    public static Vector128<sbyte> I8x16MaxS(Vector128<sbyte> a, Vector128<sbyte> b) => Vector128.Max(a, b);

    public static Vector128<byte> I8x16MaxU(Vector128<byte> a, Vector128<byte> b) => Vector128.Max(a, b);

    // (a + b + 1) / 2 without a wider number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> I8x16AvgrU(Vector128<byte> a, Vector128<byte> b) => (a | b) - ((a ^ b) >>> 1);
}

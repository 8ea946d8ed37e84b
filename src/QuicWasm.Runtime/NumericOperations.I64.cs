using System.Numerics;

namespace QuicWasm.Runtime;

/// <summary>The i64 instructions.</summary>
internal static partial class NumericOperations
{
    public static bool I64Eq(long a, long b) => a == b;

    public static bool I64Ne(long a, long b) => a != b;

    public static bool I64LtS(long a, long b) => a < b;

    public static bool I64LtU(ulong a, ulong b) => a < b;

    public static bool I64GtS(long a, long b) => a > b;

    public static bool I64GtU(ulong a, ulong b) => a > b;

    public static bool I64LeS(long a, long b) => a <= b;

    public static bool I64LeU(ulong a, ulong b) => a <= b;

    public static bool I64GeS(long a, long b) => a >= b;

    public static bool I64GeU(ulong a, ulong b) => a >= b;

    public static bool I64Eqz(long a) => a == 0;

    public static long I64Clz(ulong a) => BitOperations.LeadingZeroCount(a);

    public static long I64Ctz(ulong a) => BitOperations.TrailingZeroCount(a);

    public static long I64Popcnt(ulong a) => BitOperations.PopCount(a);

    public static long I64Add(long a, long b) => a + b;

    public static long I64Sub(long a, long b) => a - b;

    public static long I64Mul(long a, long b) => a * b;

    public static long I64And(long a, long b) => a & b;

    public static long I64Or(long a, long b) => a | b;

    public static long I64Xor(long a, long b) => a ^ b;

    public static long I64Shl(long a, long b) => a << (int)b;

    public static long I64ShrS(long a, long b) => a >> (int)b;

    public static ulong I64ShrU(ulong a, long b) => a >> (int)b;

    public static ulong I64Rotl(ulong a, long b) => BitOperations.RotateLeft(a, (int)b);

    public static ulong I64Rotr(ulong a, long b) => BitOperations.RotateRight(a, (int)b);

    public static long I64DivS(long a, long b)
    {
        if (b is 0 or -1)
        {
            return b == 0 ? throw Traps.DivideByZero() : a == long.MinValue ? throw Traps.Overflow() : -a;
        }

        return a / b;
    }

    public static ulong I64DivU(ulong a, ulong b) => b == 0 ? throw Traps.DivideByZero() : a / b;

    public static long I64RemS(long a, long b) => b is 0 or -1 ? (b == 0 ? throw Traps.DivideByZero() : 0) : a % b;

    public static ulong I64RemU(ulong a, ulong b) => b == 0 ? throw Traps.DivideByZero() : a % b;

    public static long I64Extend8S(long a) => (sbyte)a;

    public static long I64Extend16S(long a) => (short)a;

    public static long I64Extend32S(long a) => (int)a;

    public static long I64ExtendI32S(int a) => a;

    public static ulong I64ExtendI32U(uint a) => a;
}

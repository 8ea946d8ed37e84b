using System.Numerics;

namespace QuicWasm.Runtime;

/// <summary>The i32 instructions (spec: exec/numerics, section 4.3.2), named as in the opcode table.</summary>
internal static partial class NumericOperations
{
    public static bool I32Eq(int a, int b) => a == b;

    public static bool I32Ne(int a, int b) => a != b;

    public static bool I32LtS(int a, int b) => a < b;

    public static bool I32LtU(uint a, uint b) => a < b;

    public static bool I32GtS(int a, int b) => a > b;

    public static bool I32GtU(uint a, uint b) => a > b;

    public static bool I32LeS(int a, int b) => a <= b;

    public static bool I32LeU(uint a, uint b) => a <= b;

    public static bool I32GeS(int a, int b) => a >= b;

    public static bool I32GeU(uint a, uint b) => a >= b;

    public static bool I32Eqz(int a) => a == 0;

    public static int I32Clz(uint a) => BitOperations.LeadingZeroCount(a);

    public static int I32Ctz(uint a) => BitOperations.TrailingZeroCount(a);

    public static int I32Popcnt(uint a) => BitOperations.PopCount(a);

    public static int I32Add(int a, int b) => a + b;

    public static int I32Sub(int a, int b) => a - b;

    public static int I32Mul(int a, int b) => a * b;

    public static int I32And(int a, int b) => a & b;

    public static int I32Or(int a, int b) => a | b;

    public static int I32Xor(int a, int b) => a ^ b;

    public static int I32Shl(int a, int b) => a << b;

    public static int I32ShrS(int a, int b) => a >> b;

    public static uint I32ShrU(uint a, int b) => a >> b;

    public static uint I32Rotl(uint a, int b) => BitOperations.RotateLeft(a, b);

    public static uint I32Rotr(uint a, int b) => BitOperations.RotateRight(a, b);

    public static int I32DivS(int a, int b)
    {
        if (b is 0 or -1)
        {
            return b == 0 ? throw Traps.DivideByZero() : a == int.MinValue ? throw Traps.Overflow() : -a;
        }

        return a / b;
    }

    public static uint I32DivU(uint a, uint b) => b == 0 ? throw Traps.DivideByZero() : a / b;

    public static int I32RemS(int a, int b) => b is 0 or -1 ? (b == 0 ? throw Traps.DivideByZero() : 0) : a % b;

    public static uint I32RemU(uint a, uint b) => b == 0 ? throw Traps.DivideByZero() : a % b;

    public static int I32Extend8S(int a) => (sbyte)a;

    public static int I32Extend16S(int a) => (short)a;

    public static int I32WrapI64(long a) => (int)a;
}

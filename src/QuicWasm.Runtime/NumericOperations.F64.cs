namespace QuicWasm.Runtime;

/// <summary>The f64 instructions.</summary>
internal static partial class NumericOperations
{
    public static bool F64Eq(double a, double b) => a == b;

    public static bool F64Ne(double a, double b) => a != b;

    public static bool F64Lt(double a, double b) => a < b;

    public static bool F64Gt(double a, double b) => a > b;

    public static bool F64Le(double a, double b) => a <= b;

    public static bool F64Ge(double a, double b) => a >= b;

    public static ulong F64Abs(ulong a) => a & 0x7FFFFFFFFFFFFFFFul;

    public static ulong F64Neg(ulong a) => a ^ ~0x7FFFFFFFFFFFFFFFul;

    public static ulong F64Copysign(ulong a, ulong b) => (a & 0x7FFFFFFFFFFFFFFFul) | (b & ~0x7FFFFFFFFFFFFFFFul);

    public static double F64Ceil(double a) => Canonical(Math.Ceiling(a));

    public static double F64Floor(double a) => Canonical(Math.Floor(a));

    public static double F64Trunc(double a) => Canonical(Math.Truncate(a));

    public static double F64Nearest(double a) => Canonical(Math.Round(a, MidpointRounding.ToEven));

    public static double F64Sqrt(double a) => Canonical(Math.Sqrt(a));

    public static double F64Add(double a, double b) => Canonical(a + b);

    public static double F64Sub(double a, double b) => Canonical(a - b);

    public static double F64Mul(double a, double b) => Canonical(a * b);

    public static double F64Div(double a, double b) => Canonical(a / b);

    // Not those of .NET, of which the JIT takes the wrong zero where it knows an operand.
    public static double F64Min(double a, double b) =>
        double.IsNaN(a) || double.IsNaN(b) ? DoubleNaN
        : a == b ? BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(a) | BitConverter.DoubleToUInt64Bits(b))
        : a < b ? a : b;

    public static double F64Max(double a, double b) =>
        double.IsNaN(a) || double.IsNaN(b) ? DoubleNaN
        : a == b ? BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(a) & BitConverter.DoubleToUInt64Bits(b))
        : a > b ? a : b;

    public static double F64PromoteF32(float a) => Canonical((double)a);

    public static double F64ConvertI32S(int a) => a;

    public static double F64ConvertI32U(uint a) => a;

    public static double F64ConvertI64S(long a) => a;

    public static double F64ConvertI64U(ulong a) => a;

    public static ulong F64ReinterpretI64(ulong a) => a;
}

using System.Runtime.CompilerServices;

namespace QuicWasm.Runtime;

/// <summary>The f32 instructions. A NaN result is the canonical NaN on every machine; abs, neg and copysign move bits only.</summary>
internal static partial class NumericOperations
{
    // The positive quiet NaN: its bits survive constant folding.
    private static float SingleNaN => BitConverter.UInt32BitsToSingle(0x7FC00000);

    private static double DoubleNaN => BitConverter.UInt64BitsToDouble(0x7FF8000000000000);

    /// <summary>The number, or the canonical NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float CanonicalSingle(float a) => float.IsNaN(a) ? SingleNaN : a;

    /// <summary>The number, or the canonical NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double CanonicalDouble(double a) => double.IsNaN(a) ? DoubleNaN : a;

    private static float Canonical(float a) => CanonicalSingle(a);

    private static double Canonical(double a) => CanonicalDouble(a);

    public static bool F32Eq(float a, float b) => a == b;

    public static bool F32Ne(float a, float b) => a != b;

    public static bool F32Lt(float a, float b) => a < b;

    public static bool F32Gt(float a, float b) => a > b;

    public static bool F32Le(float a, float b) => a <= b;

    public static bool F32Ge(float a, float b) => a >= b;

    public static uint F32Abs(uint a) => a & 0x7FFFFFFFu;

    public static uint F32Neg(uint a) => a ^ ~0x7FFFFFFFu;

    public static uint F32Copysign(uint a, uint b) => (a & 0x7FFFFFFFu) | (b & ~0x7FFFFFFFu);

    public static float F32Ceil(float a) => Canonical(MathF.Ceiling(a));

    public static float F32Floor(float a) => Canonical(MathF.Floor(a));

    public static float F32Trunc(float a) => Canonical(MathF.Truncate(a));

    public static float F32Nearest(float a) => Canonical(MathF.Round(a, MidpointRounding.ToEven));

    public static float F32Sqrt(float a) => Canonical(MathF.Sqrt(a));

    public static float F32Add(float a, float b) => Canonical(a + b);

    public static float F32Sub(float a, float b) => Canonical(a - b);

    public static float F32Mul(float a, float b) => Canonical(a * b);

    public static float F32Div(float a, float b) => Canonical(a / b);

    // Not those of .NET, of which the JIT takes the wrong zero where it knows an operand.
    public static float F32Min(float a, float b) =>
        float.IsNaN(a) || float.IsNaN(b) ? SingleNaN
        : a == b ? BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(a) | BitConverter.SingleToUInt32Bits(b))
        : a < b ? a : b;

    public static float F32Max(float a, float b) =>
        float.IsNaN(a) || float.IsNaN(b) ? SingleNaN
        : a == b ? BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(a) & BitConverter.SingleToUInt32Bits(b))
        : a > b ? a : b;

    public static float F32DemoteF64(double a) => Canonical((float)a);

    public static float F32ConvertI32S(int a) => a;

    public static float F32ConvertI32U(uint a) => a;

    public static float F32ConvertI64S(long a) => a;

    public static float F32ConvertI64U(ulong a) => a;

    public static uint F32ReinterpretI32(uint a) => a;
}

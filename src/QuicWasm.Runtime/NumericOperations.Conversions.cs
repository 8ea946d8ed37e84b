
namespace QuicWasm.Runtime;

/// <summary>Conversions to integers. Casts saturate on .NET 9 and later, with NaN to 0, as trunc_sat asks for.</summary>
internal static partial class NumericOperations
{
    public static int I32TruncF32S(float a) => a >= -2147483648f && a < 2147483648f ? (int)a : throw Traps.Conversion(a);

    public static int I32TruncSatF32S(float a) => (int)a;

    public static uint I32TruncF32U(float a) => a > -1f && a < 4294967296f ? (uint)a : throw Traps.Conversion(a);

    public static uint I32TruncSatF32U(float a) => (uint)a;

    public static int I32TruncF64S(double a) => a > -2147483649.0 && a < 2147483648.0 ? (int)a : throw Traps.Conversion(a);

    public static int I32TruncSatF64S(double a) => (int)a;

    public static uint I32TruncF64U(double a) => a > -1.0 && a < 4294967296.0 ? (uint)a : throw Traps.Conversion(a);

    public static uint I32TruncSatF64U(double a) => (uint)a;

    public static long I64TruncF32S(float a) => a >= -9223372036854775808f && a < 9223372036854775808f ? (long)a : throw Traps.Conversion(a);

    public static long I64TruncSatF32S(float a) => (long)a;

    public static ulong I64TruncF32U(float a) => a > -1f && a < 18446744073709551616f ? (ulong)a : throw Traps.Conversion(a);

    public static ulong I64TruncSatF32U(float a) => (ulong)a;

    public static long I64TruncF64S(double a) => a >= -9223372036854775808.0 && a < 9223372036854775808.0 ? (long)a : throw Traps.Conversion(a);

    public static long I64TruncSatF64S(double a) => (long)a;

    public static ulong I64TruncF64U(double a) => a > -1.0 && a < 18446744073709551616.0 ? (ulong)a : throw Traps.Conversion(a);

    public static ulong I64TruncSatF64U(double a) => (ulong)a;

    public static uint I32ReinterpretF32(uint a) => a;

    public static ulong I64ReinterpretF64(ulong a) => a;

    public static bool RefIsNull(ulong a) => a == Reference.Null;
}

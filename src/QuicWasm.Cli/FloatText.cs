using System.Globalization;

namespace QuicWasm.Cli;

/// <summary>Floats as the text format writes them: so that reading them again gives the same bits, also of a NaN.</summary>
internal static class FloatText
{
    public static string Of(uint bits)
    {
        float value = BitConverter.UInt32BitsToSingle(bits);
        return Of(float.IsNaN(value), float.IsInfinity(value), (int)bits < 0, bits & 0x7F_FFFF, value.ToString("R", CultureInfo.InvariantCulture));
    }

    public static string Of(ulong bits)
    {
        double value = BitConverter.UInt64BitsToDouble(bits);
        return Of(double.IsNaN(value), double.IsInfinity(value), (long)bits < 0, bits & 0xF_FFFF_FFFF_FFFF, value.ToString("R", CultureInfo.InvariantCulture));
    }

    private static string Of(bool isNaN, bool isInfinity, bool isNegative, ulong fraction, string number)
    {
        string sign = isNegative ? "-" : "";
        return isNaN ? $"{sign}nan:0x{fraction:x}" : isInfinity ? $"{sign}inf" : number;
    }
}

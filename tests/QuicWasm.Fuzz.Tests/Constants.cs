namespace QuicWasm.Fuzz.Tests;

/// <summary>Numbers by chance, those at the edges more often.</summary>
internal sealed class Constants(Random random)
{
    private static readonly double[] Floats =
    [
        0, -0.0, 1, -1, 0.5, 1.5, 2.5, -2.5, 1e10, -1e10, 1e19, 1e-40, 5e-324, 1e300, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
        2147483647, 2147483648, -2147483648, -2147483649, 4294967295, 4294967296, 9223372036854775808.0, -9223372036854775808.0, 18446744073709551616.0,
        16777217, 9007199254740993, 3.4028234663852886e38, 3.4028235677973366e38, 1.1754943508222875e-38,
    ];

    /// <summary>Bits of a value of a type.</summary>
    public UInt128 Bits(ValueType type) => type switch
    {
        ValueType.I32 => (uint)Integer(32),
        ValueType.I64 => Integer(64),
        ValueType.F32 => BitConverter.SingleToUInt32Bits((float)Float()),
        ValueType.F64 => BitConverter.DoubleToUInt64Bits(Float()),
        _ => new UInt128(Half(), Half()),
    };

    // Half a vector: a number that is wide or of two halves.
    private ulong Half() => random.Next(3) switch
    {
        0 => Integer(64),
        1 => BitConverter.DoubleToUInt64Bits(Float()),
        _ => (ulong)Bits(ValueType.F32) | ((ulong)Bits(ValueType.F32) << 32),
    };

    private ulong Integer(int width) => random.Next(5) switch
    {
        0 => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
        1 => 1UL << random.Next(width),
        2 => (1UL << random.Next(width)) - 1,
        3 => (ulong)-random.Next(0, 5),
        _ => (ulong)random.Next(0, 40),
    };

    private double Float() => random.Next(3) switch
    {
        0 => BitConverter.UInt64BitsToDouble((ulong)random.NextInt64(long.MinValue, long.MaxValue)),
        1 => random.Next(-1000, 1000) / 8.0,
        _ => Floats[random.Next(Floats.Length)],
    };
}

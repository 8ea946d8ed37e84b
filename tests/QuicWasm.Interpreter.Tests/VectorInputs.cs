namespace QuicWasm.Interpreter.Tests;

/// <summary>Vectors that are worth trying: lanes at the edges of every type, and random bits. The same for the same seed.</summary>
internal sealed class VectorInputs(int seed)
{
    private static readonly byte[] Edges8 = [0, 1, 2, 0x0F, 0x10, 0x1F, 0x3F, 0x40, 0x7E, 0x7F, 0x80, 0x81, 0xC0, 0xFE, 0xFF];

    private static readonly ushort[] Edges16 = [0, 1, 0x3FFF, 0x4000, 0x7FFE, 0x7FFF, 0x8000, 0x8001, 0x00FF, 0x0100, 0xFF00, 0xFFFE, 0xFFFF];

    private static readonly uint[] Edges32 =
    [
        0, 1, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFE, 0xFFFFFFFF, 0x0000FFFF, 0x00010000, 0x01000001, 0x01000003, 0x7FFFFFBF,
        0x80000080, 0xFFFFFF7F, 0xFFFFFF80, 0x7F800001, 0xFF800001, 0x7FA00001, 0xFFC12345, 0x7FC00000, 0x7F800000, 0xFF800000,
    ];

    private static readonly float[] Singles =
    [
        0f, -0f, 0.4f, -0.4f, 0.5f, -0.5f, 0.9f, -0.9f, 1f, -1f, 1.5f, 2.5f, -2.5f, 3f, 1e-45f, -1e-45f, 1.1754944e-38f, 3.4028235e38f,
        -3.4028235e38f, 8388607.5f, 8388609f, -8388607.5f, 2147483520f, 2147483648f, -2147483648f, -2147483904f, 4294967040f, 4294967296f,
        1e20f, -1e20f, float.PositiveInfinity, float.NegativeInfinity,
    ];

    private static readonly double[] Doubles =
    [
        0, -0.0, 0.4, -0.4, 0.5, -0.5, -0.9, 1, -1, 1.5, 2.5, -2.5, 5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
        4503599627370495.5, -4503599627370495.5, 2147483647, 2147483647.9, 2147483648, -2147483648, -2147483648.9, -2147483649, 4294967295,
        4294967295.9, 4294967296, 1e300, -1e300, 3.4028235677973366e38, 1.401298464324817e-45, 7.006492321624085e-46, 1.0000000596046448,
        double.PositiveInfinity, double.NegativeInfinity,
    ];

    private static readonly ulong[] Edges64 =
    [
        0, 1, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0x8000000000000001, ulong.MaxValue, 0xFFFFFFFF, 0x100000000, 0x7FF0000000000001,
        0xFFF0000000000001, 0x7FF4000000000001, 0xFFF8000012345678, 0x7FF8000000000000,
    ];

    private readonly Random _random = new(seed);

    /// <summary>A vector: its lanes are of one kind, drawn anew.</summary>
    public UInt128 Vector() => _random.Next(7) switch
    {
        0 => Join(8, () => Edges8[_random.Next(Edges8.Length)]),
        1 => Join(16, () => Edges16[_random.Next(Edges16.Length)]),
        2 => Join(32, () => Edges32[_random.Next(Edges32.Length)]),
        3 => Join(64, () => Edges64[_random.Next(Edges64.Length)]),
        4 => Join(32, () => BitConverter.SingleToUInt32Bits(Singles[_random.Next(Singles.Length)])),
        5 => Join(64, () => BitConverter.DoubleToUInt64Bits(Doubles[_random.Next(Doubles.Length)])),
        _ => Join(64, () => (ulong)_random.NextInt64(long.MinValue, long.MaxValue)),
    };

    /// <summary>A number with the bits of a lane.</summary>
    public UInt128 Scalar(ValueType type) => type switch
    {
        ValueType.V128 => Vector(),
        ValueType.I32 or ValueType.F32 => (uint)Vector(),
        _ => (ulong)Vector(),
    };

    private static UInt128 Join(int width, Func<ulong> lane)
    {
        UInt128 vector = 0;
        for (int i = 0; i < 128; i += width)
        {
            vector |= (UInt128)lane() << i;
        }

        return vector;
    }
}

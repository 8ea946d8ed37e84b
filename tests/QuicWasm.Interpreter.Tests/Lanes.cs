namespace QuicWasm.Interpreter.Tests;

/// <summary>A shape as the names of instructions give it, and the lanes of a value read in it.</summary>
internal readonly record struct Lanes(int Width, int Count, bool IsFloat)
{
    /// <summary>Reads a shape, such as i8x16.</summary>
    public static Lanes Parse(string shape)
    {
        int x = shape.IndexOf('x', StringComparison.Ordinal);
        return new Lanes(int.Parse(shape.AsSpan(1, x - 1), null), int.Parse(shape.AsSpan(x + 1), null), shape[0] == 'f');
    }

    private Int128 Modulus => Int128.One << Width;

    public Int128 Least(bool isSigned) => isSigned ? -(Modulus >> 1) : 0;

    public Int128 Most(bool isSigned) => (isSigned ? Modulus >> 1 : Modulus) - 1;

    /// <summary>One lane as a number.</summary>
    public Int128 Get(UInt128 vector, int lane, bool isSigned)
    {
        Int128 value = (Int128)(vector >> (lane * Width)) & (Modulus - 1);
        return isSigned && value >= Modulus >> 1 ? value - Modulus : value;
    }

    /// <summary>One lane as a float, without loss.</summary>
    public double GetFloat(UInt128 vector, int lane) => Width == 32
        ? BitConverter.UInt32BitsToSingle((uint)(vector >> (lane * 32)))
        : BitConverter.UInt64BitsToDouble((ulong)(vector >> (lane * 64)));

    /// <summary>The bits of a number in this shape's float type; NaN is the canonical one.</summary>
    public Int128 FloatBits(double value) => Width == 32
        ? double.IsNaN(value) ? 0x7FC00000u : BitConverter.SingleToUInt32Bits((float)value)
        : double.IsNaN(value) ? 0x7FF8000000000000UL : BitConverter.DoubleToUInt64Bits(value);

    public Int128 Clamp(Int128 value, bool isSigned) => Int128.Clamp(value, Least(isSigned), Most(isSigned));

    /// <summary>Puts lanes together; each wraps to the width.</summary>
    public UInt128 Make(Func<int, Int128> lane)
    {
        UInt128 vector = 0;
        for (int i = 0; i < Count; i++)
        {
            vector |= (UInt128)(lane(i) & (Modulus - 1)) << (i * Width);
        }

        return vector;
    }
}

namespace QuicWasm.Interpreter.Tests;

// Instructions whose name tells a second shape: what they read.
internal static partial class VectorReference
{
    private static UInt128? Conversion(Lanes lanes, string operation, UInt128[] v)
    {
        string[] words = operation.Split('_');
        string? shape = Array.Find(words, w => w.Length > 3 && w.Contains('x', StringComparison.Ordinal) && char.IsDigit(w[1]));
        if (shape is null)
        {
            return null;
        }

        var from = Lanes.Parse(shape);
        bool isSigned = !words.Contains("u");
        Int128 Read(int operand, int i) => from.Get(v[operand], i, isSigned);
        int half = words.Contains("high") ? lanes.Count : 0;
        return words[0] switch
        {
            "narrow" => lanes.Make(i => lanes.Clamp(from.Get(v[i / from.Count], i % from.Count, isSigned: true), isSigned)),
            "extend" => lanes.Make(i => Read(0, i + half)),
            "extmul" => lanes.Make(i => Read(0, i + half) * Read(1, i + half)),
            "extadd" => lanes.Make(i => Read(0, 2 * i) + Read(0, (2 * i) + 1)),
            "dot" => lanes.Make(i => (Read(0, 2 * i) * Read(1, 2 * i)) + (Read(0, (2 * i) + 1) * Read(1, (2 * i) + 1))),
            "trunc" => lanes.Make(i => i < from.Count ? Truncated(lanes, from.GetFloat(v[0], i), isSigned) : 0),
            "convert" => lanes.Make(i => lanes.FloatBits(Nearest(lanes, Read(0, i)))),
            "demote" or "promote" => lanes.Make(i => i < from.Count ? lanes.FloatBits(from.GetFloat(v[0], i)) : 0),
            _ => throw new ArgumentException(operation),
        };
    }

    private static Int128 Truncated(Lanes lanes, double value, bool isSigned)
    {
        if (double.IsNaN(value))
        {
            return 0;
        }

        double least = (double)lanes.Least(isSigned);
        double most = (double)lanes.Most(isSigned);
        return value <= least ? lanes.Least(isSigned) : value >= most ? lanes.Most(isSigned) : (Int128)Math.Truncate(value);
    }

    // A 32-bit integer is exact as a double, so that it is rounded once, to f32.
    private static double Nearest(Lanes lanes, Int128 value) => lanes.Width == 32 ? (float)(double)(long)value : (double)(long)value;
}

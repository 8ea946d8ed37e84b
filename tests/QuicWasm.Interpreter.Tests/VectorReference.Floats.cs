namespace QuicWasm.Interpreter.Tests;

// Floats. A double holds every f32, and one operation on such doubles, rounded to f32 again, is the operation on f32 (the double has
// more than twice the bits of the float).
internal static partial class VectorReference
{
    private static UInt128 Float(Lanes lanes, string operation, UInt128[] v)
    {
        Int128 Bits(int operand, int i) => lanes.Get(v[operand], i, isSigned: false);
        Int128 sign = Int128.One << (lanes.Width - 1);
        return lanes.Make(i =>
        {
            double a = lanes.GetFloat(v[0], i);
            double b = v.Length > 1 ? lanes.GetFloat(v[1], i) : 0;
            return operation switch
            {
                "abs" => Bits(0, i) & ~sign,
                "neg" => Bits(0, i) ^ sign,
                "pmin" => b < a ? Bits(1, i) : Bits(0, i),
                "pmax" => a < b ? Bits(1, i) : Bits(0, i),
                "eq" => Mask(a == b),
                "ne" => Mask(a != b),
                "lt" => Mask(a < b),
                "gt" => Mask(a > b),
                "le" => Mask(a <= b),
                "ge" => Mask(a >= b),
                _ => lanes.FloatBits(v.Length > 1 ? Arithmetic(operation, a, b) : Rounding(operation, a)),
            };
        });
    }

    private static double Arithmetic(string operation, double a, double b) => operation switch
    {
        "add" => a + b,
        "sub" => a - b,
        "mul" => a * b,
        "div" => a / b,
        "min" => double.IsNaN(a) || double.IsNaN(b) ? double.NaN : a < b || (a == b && double.IsNegative(a)) ? a : b,
        "max" => double.IsNaN(a) || double.IsNaN(b) ? double.NaN : a > b || (a == b && double.IsPositive(a)) ? a : b,
        _ => throw new ArgumentException(operation),
    };

    private static double Rounding(string operation, double a) => operation switch
    {
        "ceil" => Math.Ceiling(a),
        "floor" => Math.Floor(a),
        "trunc" => Math.Truncate(a),
        "nearest" => Math.Round(a, MidpointRounding.ToEven),
        "sqrt" => Math.Sqrt(a),
        _ => throw new ArgumentException(operation),
    };
}

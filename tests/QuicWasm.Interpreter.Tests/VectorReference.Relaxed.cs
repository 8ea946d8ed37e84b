namespace QuicWasm.Interpreter.Tests;

// Relaxed instructions, in the deterministic profile: most are an instruction that was there before.
internal static partial class VectorReference
{
    private static UInt128 Relaxed(string name, Lanes lanes, string operation, UInt128[] v)
    {
        var bytes = new Lanes(8, 16, false);
        var shorts = new Lanes(16, 8, false);
        Int128 Product(int i) => bytes.Get(v[0], i, isSigned: true) * bytes.Get(v[1], i, isSigned: true);
        Int128 Pair(int i) => shorts.Clamp(Product(2 * i) + Product((2 * i) + 1), isSigned: true);
        return operation switch
        {
            "laneselect" => Bitwise("bitselect", v),
            "q15mulr_s" => Evaluate("i16x8.q15mulr_sat_s", v),
            "madd" => lanes.Make(i => lanes.FloatBits(Rounded(lanes, lanes.GetFloat(v[0], i) * lanes.GetFloat(v[1], i)) + lanes.GetFloat(v[2], i))),
            "nmadd" => lanes.Make(i => lanes.FloatBits(Rounded(lanes, -lanes.GetFloat(v[0], i) * lanes.GetFloat(v[1], i)) + lanes.GetFloat(v[2], i))),
            "dot_i8x16_i7x16_s" => lanes.Make(Pair),
            "dot_i8x16_i7x16_add_s" => lanes.Make(i => Pair(2 * i) + Pair((2 * i) + 1) + lanes.Get(v[2], i, isSigned: true)),
            _ => Evaluate(name.Replace("relaxed_trunc", "trunc_sat", StringComparison.Ordinal).Replace("relaxed_", "", StringComparison.Ordinal), v),
        };
    }

    // A product of two f32 is exact as a double.
    private static double Rounded(Lanes lanes, double value) => lanes.Width == 32 ? (float)value : value;
}

using System.Numerics;

namespace QuicWasm.Interpreter.Tests;

/// <summary>
/// The vector instructions of the specification (exec/numerics), one lane after the other and by name. Slow and plain: what the
/// interpreter's vectors are compared with.
/// </summary>
internal static partial class VectorReference
{
    /// <summary>What an instruction gives. A scalar operand or result stands in the low bits.</summary>
    /// <param name="name">The name in the text format.</param>
    /// <param name="operands">The operands, in order.</param>
    /// <param name="lane">The lane, for an instruction with one.</param>
    public static UInt128 Evaluate(string name, UInt128[] operands, int lane = 0)
    {
        string shape = name[..name.IndexOf('.', StringComparison.Ordinal)];
        string operation = name[(shape.Length + 1)..];
        if (shape == "v128")
        {
            return Bitwise(operation, operands);
        }

        var lanes = Lanes.Parse(shape);
        if (operation.StartsWith("relaxed_", StringComparison.Ordinal))
        {
            return Relaxed(name, lanes, operation["relaxed_".Length..], operands);
        }

        return Moves(lanes, operation, operands, lane)
            ?? Conversion(lanes, operation, operands)
            ?? (lanes.IsFloat ? Float(lanes, operation, operands) : Integer(lanes, operation, operands));
    }

    private static UInt128 Bitwise(string operation, UInt128[] v) => operation switch
    {
        "not" => ~v[0],
        "and" => v[0] & v[1],
        "andnot" => v[0] & ~v[1],
        "or" => v[0] | v[1],
        "xor" => v[0] ^ v[1],
        "bitselect" => (v[0] & v[2]) | (v[1] & ~v[2]),
        "any_true" => v[0] != 0 ? 1u : 0u,
        _ => throw new ArgumentException(operation),
    };

    private static UInt128? Moves(Lanes lanes, string operation, UInt128[] v, int lane)
    {
        Int128 Bits(int i) => lanes.Get(v[0], i, isSigned: false);
        return operation switch
        {
            "splat" => lanes.Make(_ => (Int128)v[0]),
            "extract_lane_s" => (uint)(int)lanes.Get(v[0], lane, isSigned: true),
            "extract_lane" or "extract_lane_u" => (UInt128)Bits(lane),
            "replace_lane" => lanes.Make(i => i == lane ? (Int128)(v[1] & ulong.MaxValue) : Bits(i)),
            "swizzle" => lanes.Make(i => lanes.Get(v[1], i, isSigned: false) is var j && j < 16 ? Bits((int)j) : 0),
            _ => null,
        };
    }

    private static UInt128 Integer(Lanes lanes, string operation, UInt128[] v)
    {
        bool isSigned = !operation.EndsWith("_u", StringComparison.Ordinal);
        string plain = operation.EndsWith("_u", StringComparison.Ordinal) || operation.EndsWith("_s", StringComparison.Ordinal) ? operation[..^2] : operation;
        Int128 A(int i) => lanes.Get(v[0], i, isSigned);
        int Count() => (int)((uint)v[1] % (uint)lanes.Width);
        switch (plain)
        {
            case "all_true":
                return Enumerable.Range(0, lanes.Count).All(i => A(i) != 0) ? 1u : 0u;
            case "bitmask":
                return (UInt128)Enumerable.Range(0, lanes.Count).Sum(i => A(i) < 0 ? 1 << i : 0);
            case "abs":
                return lanes.Make(i => Int128.Abs(A(i)));
            case "neg":
                return lanes.Make(i => -A(i));
            case "popcnt":
                return lanes.Make(i => BitOperations.PopCount((uint)lanes.Get(v[0], i, isSigned: false)));
            case "shl":
                return lanes.Make(i => A(i) << Count());
            case "shr":
                return lanes.Make(i => A(i) >> Count());
            default:
                return lanes.Make(i => Binary(lanes, plain, isSigned, A(i), lanes.Get(v[1], i, isSigned)));
        }
    }

    private static Int128 Binary(Lanes lanes, string operation, bool isSigned, Int128 a, Int128 b) => operation switch
    {
        "add" => a + b,
        "sub" => a - b,
        "mul" => a * b,
        "min" => Int128.Min(a, b),
        "max" => Int128.Max(a, b),
        "avgr" => (a + b + 1) >> 1,
        "add_sat" => lanes.Clamp(a + b, isSigned),
        "sub_sat" => lanes.Clamp(a - b, isSigned),
        "q15mulr_sat" => lanes.Clamp(((a * b) + 0x4000) >> 15, isSigned),
        "eq" => Mask(a == b),
        "ne" => Mask(a != b),
        "lt" => Mask(a < b),
        "gt" => Mask(a > b),
        "le" => Mask(a <= b),
        "ge" => Mask(a >= b),
        _ => throw new ArgumentException(operation),
    };

    private static Int128 Mask(bool isTrue) => isTrue ? -1 : 0;
}

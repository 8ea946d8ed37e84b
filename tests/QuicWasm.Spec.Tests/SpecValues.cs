using System.Globalization;
using System.Text.Json;

namespace QuicWasm.Spec.Tests;

/// <summary>Values of scripts: decimal bit patterns, and classes of NaN.</summary>
internal static class SpecValues
{
    /// <summary>Appends a value's slots.</summary>
    public static void AddSlots(JsonElement value, List<ulong> slots)
    {
        string type = value.GetProperty("type").GetString()!;
        if (type == "v128")
        {
            (ulong low, ulong high) = Vector(value);
            slots.Add(low);
            slots.Add(high);
            return;
        }

        slots.Add(Scalar(type, value.GetProperty("value").GetString()!));
    }

    /// <summary>Whether the slots from an index on hold what is expected; moves the index past them.</summary>
    public static bool Matches(JsonElement expected, ReadOnlySpan<ulong> slots, ref int index)
    {
        string type = expected.GetProperty("type").GetString()!;
        if (type == "v128")
        {
            ulong low = slots[index++];
            ulong high = slots[index++];
            return MatchesVector(expected, low, high);
        }

        ulong actual = slots[index++];
        if (!expected.TryGetProperty("value", out JsonElement value))
        {
            return actual != 0;
        }

        return MatchesScalar(type, value.GetString()!, actual);
    }

    private static bool MatchesScalar(string type, string expected, ulong actual) => (type, expected) switch
    {
        ("f32", "nan:canonical") => (actual & 0x7FFFFFFF) == 0x7FC00000,
        ("f32", "nan:arithmetic") => (actual & 0x7FC00000) == 0x7FC00000,
        ("f64", "nan:canonical") => (actual & 0x7FFFFFFFFFFFFFFF) == 0x7FF8000000000000,
        ("f64", "nan:arithmetic") => (actual & 0x7FF8000000000000) == 0x7FF8000000000000,
        _ => actual == Scalar(type, expected),
    };

    // References: 0 is null, the host object n is n + 1. Integers of lanes may be written as signed.
    private static ulong Scalar(string type, string text) => type switch
    {
        "externref" or "funcref" or "exnref" or "ref" or "nullfuncref" or "nullexternref" or "nullexnref" => text == "null" ? 0 : ulong.Parse(text, CultureInfo.InvariantCulture) + 1,
        "i64" or "f64" => Bits(text),
        "i8" => (byte)Bits(text),
        "i16" => (ushort)Bits(text),
        _ => (uint)Bits(text),
    };

    private static ulong Bits(string text) =>
        text.StartsWith('-') ? (ulong)long.Parse(text, CultureInfo.InvariantCulture) : ulong.Parse(text, CultureInfo.InvariantCulture);

    private static (ulong Low, ulong High) Vector(JsonElement value)
    {
        string lane = value.GetProperty("lane_type").GetString()!;
        int width = Width(lane);
        UInt128 bits = 0;
        int shift = 0;
        foreach (JsonElement item in value.GetProperty("value").EnumerateArray())
        {
            bits |= (UInt128)Scalar(lane, item.GetString()!) << shift;
            shift += width;
        }

        return ((ulong)bits, (ulong)(bits >> 64));
    }

    private static bool MatchesVector(JsonElement expected, ulong low, ulong high)
    {
        string lane = expected.GetProperty("lane_type").GetString()!;
        int width = Width(lane);
        var bits = new UInt128(high, low);
        foreach (JsonElement item in expected.GetProperty("value").EnumerateArray())
        {
            ulong actual = (ulong)bits & (width == 64 ? ulong.MaxValue : (1UL << width) - 1);
            if (!MatchesScalar(lane, item.GetString()!, actual))
            {
                return false;
            }

            bits >>= width;
        }

        return true;
    }

    private static int Width(string lane) => lane switch { "i8" => 8, "i16" => 16, "i32" or "f32" => 32, _ => 64 };
}

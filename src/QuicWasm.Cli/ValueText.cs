using System.Collections.Immutable;
using System.Globalization;
using QuicWasm.Modules;

namespace QuicWasm.Cli;

/// <summary>Values of Wasm as users write and read them.</summary>
internal static class ValueText
{
    private const string Null = "null";

    /// <summary>Reads a value into its slots: integers signed or unsigned, decimal or 0x; floats; 32 digits of a v128; null.</summary>
    /// <exception cref="UsageException">It is no value of the type.</exception>
    public static ulong[] Parse(ValueType type, string text)
    {
        ulong[]? slots = type switch
        {
            ValueType.I32 => Integer(text, int.MinValue, uint.MaxValue) is { } value ? [(uint)value] : null,
            ValueType.I64 => Integer(text, long.MinValue, ulong.MaxValue) is { } value ? [(ulong)value] : null,
            ValueType.F32 => Float(text) is { } value ? [BitConverter.SingleToUInt32Bits((float)value)] : null,
            ValueType.F64 => Float(text) is { } value ? [BitConverter.DoubleToUInt64Bits(value)] : null,
            ValueType.V128 => Vector(text),
            _ => text == Null ? [0] : null,
        };
        return slots ?? throw new UsageException($"'{text}' is no {type.Text()}: give {Example(type)}");
    }

    /// <summary>Writes values, one string each.</summary>
    public static IEnumerable<string> Format(ImmutableArray<ValueType> types, ReadOnlySpan<ulong> slots)
    {
        var texts = new List<string>();
        int slot = 0;
        foreach (ValueType type in types)
        {
            ulong low = slots[slot++];
            texts.Add(type switch
            {
                ValueType.I32 => ((int)low).ToString(CultureInfo.InvariantCulture),
                ValueType.I64 => ((long)low).ToString(CultureInfo.InvariantCulture),
                ValueType.F32 => Text(BitConverter.UInt32BitsToSingle((uint)low).ToString("R", CultureInfo.InvariantCulture)),
                ValueType.F64 => Text(BitConverter.UInt64BitsToDouble(low).ToString("R", CultureInfo.InvariantCulture)),
                ValueType.V128 => $"0x{slots[slot++]:x16}{low:x16}",
                _ => low == 0 ? Null : $"reference {low - 1}",
            });
        }

        return texts;
    }

    private static Int128? Integer(string text, Int128 minimum, Int128 maximum)
    {
        bool isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool isRead = Int128.TryParse(
            isHex ? "0" + text[2..] : text, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 value);
        return isRead && value >= minimum && value <= maximum ? value : null;
    }

    private static double? Float(string text) => text switch
    {
        "nan" => double.NaN,
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null,
    };

    private static ulong[]? Vector(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal) && UInt128.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 value)
            ? [(ulong)value, (ulong)(value >> 64)]
            : null;

    private static string Text(string number) => number switch
    {
        "NaN" => "nan",
        "Infinity" => "inf",
        "-Infinity" => "-inf",
        _ => number,
    };

    private static string Example(ValueType type) => type switch
    {
        ValueType.I32 => "a number from -2147483648 to 4294967295, or 0x and digits",
        ValueType.I64 => "a number from -9223372036854775808 to 18446744073709551615, or 0x and digits",
        ValueType.F32 or ValueType.F64 => "a number such as -1.5 or 1e10, inf, -inf or nan",
        ValueType.V128 => "0x and up to 32 digits",
        _ => Null,
    };
}

using System.Globalization;

namespace QuicWasm.Cli;

/// <summary>Sizes as users write them: bytes, or a number with KiB, MiB, GiB or TiB.</summary>
internal static class SizeText
{
    private static readonly (string Unit, int Shift)[] Units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];

    /// <summary>Reads a size in bytes.</summary>
    /// <exception cref="UsageException">It is none; the message names the option.</exception>
    public static ulong Parse(string option, string text)
    {
        (string unit, int shift) = Array.Find(Units, u => text.EndsWith(u.Unit, StringComparison.OrdinalIgnoreCase));
        string number = unit is null ? text : text[..^unit.Length].TrimEnd();
        return ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) && value <= ulong.MaxValue >> shift
            ? value << shift
            : throw new UsageException($"{option} {text}: give a size in bytes, or such as 512KiB, 64MiB or 1GiB");
    }
}

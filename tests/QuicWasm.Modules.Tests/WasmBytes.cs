namespace QuicWasm.Modules.Tests;

/// <summary>Makes small binaries by hand.</summary>
internal static class WasmBytes
{
    public static byte[] Header => [0, (byte)'a', (byte)'s', (byte)'m', 1, 0, 0, 0];

    public static byte[] Module(params byte[][] sections) => [.. Header, .. sections.SelectMany(section => section)];

    public static byte[] Section(byte id, params byte[] payload) => [id, .. U32((uint)payload.Length), .. payload];

    public static byte[] Custom(string name, params byte[] payload) => Section(0, [.. Name(name), .. payload]);

    public static byte[] Vector(params byte[][] items) => [.. U32((uint)items.Length), .. items.SelectMany(item => item)];

    public static byte[] Name(string name) => [(byte)name.Length, .. System.Text.Encoding.ASCII.GetBytes(name)];

    public static byte[] U32(uint value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }

    /// <summary>A module of functions of type [] -> [] with these codes (local declarations, instructions, end).</summary>
    public static byte[] Functions(params byte[][] codes) => FunctionsOfType([0x60, 0, 0], codes);

    /// <summary>A module of functions of one type, and a memory and a table.</summary>
    public static byte[] FunctionsOfType(byte[] type, params byte[][] codes) => Module(
        Section(1, Vector(type)),
        Section(3, Vector([.. codes.Select(_ => new byte[] { 0 })])),
        Section(4, Vector([0x70, 0, 1])),
        Section(5, Vector([0, 1])),
        Section(10, Vector([.. codes.Select(code => (byte[])[.. U32((uint)code.Length), .. code])])));
}

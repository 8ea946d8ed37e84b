using System.Text;

namespace QuicWasm.State.Tests;

/// <summary>Writes small binaries: raw section contents in, a module out.</summary>
internal sealed class WasmBuilder
{
    public const byte I32 = 0x7F;
    public const byte I64 = 0x7E;
    public const byte V128 = 0x7B;
    public const byte FuncRef = 0x70;
    public const byte ExternRef = 0x6F;

    private readonly SortedDictionary<int, List<byte[]>> _vectors = [];
    private readonly List<string> _functionNames = [];

    public static byte[] Number(uint value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }

    public static byte[] Text(string text) => [.. Number((uint)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    public WasmBuilder Type(byte[] parameters, byte[] results) =>
        Add(1, [0x60, .. Number((uint)parameters.Length), .. parameters, .. Number((uint)results.Length), .. results]);

    /// <param name="module">Where from.</param>
    /// <param name="name">What.</param>
    /// <param name="description">The kind byte and the type.</param>
    public WasmBuilder Import(string module, string name, params byte[] description) => Add(2, [.. Text(module), .. Text(name), .. description]);

    public WasmBuilder Table(params byte[] type) => Add(4, type);

    public WasmBuilder Memory(params byte[] limits) => Add(5, limits);

    /// <param name="typeAndInitializer">Value type, mutability and the initializer with its end.</param>
    public WasmBuilder Global(params byte[] typeAndInitializer) => Add(6, typeAndInitializer);

    public WasmBuilder Export(string name, byte kind, uint index) => Add(7, [.. Text(name), kind, .. Number(index)]);

    public WasmBuilder Element(params byte[] segment) => Add(9, segment);

    /// <param name="head">Flags and what belongs to them.</param>
    /// <param name="bytes">The bytes.</param>
    public WasmBuilder Data(byte[] head, byte[] bytes) => Add(11, [.. head, .. Number((uint)bytes.Length), .. bytes]);

    /// <param name="name">For the name section.</param>
    /// <param name="type">Index of the type.</param>
    /// <param name="locals">Groups of locals: count and type each.</param>
    /// <param name="code">Instructions without the final end.</param>
    public WasmBuilder Function(string name, uint type, byte[] locals, params byte[] code)
    {
        _functionNames.Add(name);
        byte[] body = [.. Number((uint)locals.Length / 2), .. locals, .. code, 0x0B];
        return Add(3, Number(type)).Add(10, [.. Number((uint)body.Length), .. body]);
    }

    public byte[] Build(string moduleName = "sample")
    {
        var binary = new List<byte>([0, .. "asm"u8, 1, 0, 0, 0]);
        foreach ((int id, List<byte[]> items) in _vectors.OrderBy(v => v.Key == 12 ? 9.5 : v.Key))
        {
            if (id == 10 && _vectors.TryGetValue(11, out List<byte[]>? datas))
            {
                AddSection(binary, 12, Number((uint)datas.Count));
            }

            AddSection(binary, (byte)id, [.. Number((uint)items.Count), .. items.SelectMany(i => i)]);
        }

        AddSection(binary, 0, [.. Text("name"), .. Names(moduleName)]);
        return [.. binary];
    }

    private static void AddSection(List<byte> binary, byte id, byte[] payload)
    {
        binary.Add(id);
        binary.AddRange(Number((uint)payload.Length));
        binary.AddRange(payload);
    }

    private byte[] Names(string moduleName)
    {
        uint imported = (uint)(_vectors.TryGetValue(2, out List<byte[]>? imports) ? imports.Count(IsFunction) : 0);
        byte[] module = Text(moduleName);
        byte[] functions = [.. Number((uint)_functionNames.Count), .. _functionNames.SelectMany((n, i) => (byte[])[.. Number(imported + (uint)i), .. Text(n)])];
        return [0, .. Number((uint)module.Length), .. module, 1, .. Number((uint)functions.Length), .. functions];
    }

    // Kind 0 after the two names, which are shorter than 128 bytes here.
    private static bool IsFunction(byte[] import) => import[2 + import[0] + import[1 + import[0]]] == 0;

    private WasmBuilder Add(int section, byte[] item)
    {
        if (!_vectors.TryGetValue(section, out List<byte[]>? items))
        {
            _vectors.Add(section, items = []);
        }

        items.Add(item);
        return this;
    }
}

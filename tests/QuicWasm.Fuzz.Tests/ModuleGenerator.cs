using System.Text;

namespace QuicWasm.Fuzz.Tests;

/// <summary>
/// Makes valid modules by chance: a memory of one page that can grow to two, a table with leaf functions, null elements and an end, five
/// globals, and some functions. A function calls only those behind it, and loops and calls burn fuel, so that every call ends. NaNs are
/// made zeros before their bits could be seen: engines may choose the bits.
/// </summary>
internal sealed class ModuleGenerator
{
    /// <summary>Elements of the table; the last ones are null.</summary>
    public const int TableLength = 6;

    /// <summary>The global that holds what is left of the fuel.</summary>
    public const uint FuelGlobal = 4;

    /// <summary>The fuel of one call.</summary>
    public const int Fuel = 3_000;

    public static readonly ValueType[] NumberTypes = [ValueType.I32, ValueType.I64, ValueType.F32, ValueType.F64];

    private const int LeafCount = 3;

    private readonly Random _random;
    private readonly Constants _constants;

    private ModuleGenerator(int seed)
    {
        _random = new Random(seed);
        _constants = new Constants(_random);
    }

    /// <summary>The module of a seed.</summary>
    public static GeneratedModule Generate(int seed) => new ModuleGenerator(seed).Generate();

    private GeneratedModule Generate()
    {
        GeneratedSignature[] functions = [.. Enumerable.Range(0, _random.Next(LeafCount + 2, LeafCount + 6)).Select(Signature)];
        GeneratedSignature[] leaves = functions[^LeafCount..];
        WasmBytes[] bodies =
        [
            .. functions.Select((f, i) => new FunctionGenerator(
                _random, _constants, f, i < functions.Length - LeafCount ? functions[(i + 1)..] : [], i < functions.Length - LeafCount ? leaves : []).Generate()),
        ];
        byte[] data = new byte[_random.Next(1, 64)];
        _random.NextBytes(data);
        WasmBytes module = new WasmBytes()
            .Raw("\0asm\u0001\0\0\0"u8)
            .Raw(1).Sized(List(functions.Select(f => new WasmBytes().Raw(0x60).Types(f.Parameters).Types(f.Results))))
            .Raw(3).Sized(List(functions.Select(f => new WasmBytes().U32(f.Type))))
            .Raw(4).Sized(List([new WasmBytes().Raw(0x70, 0).U32(TableLength)]))
            .Raw(5).Sized(List([new WasmBytes().Raw(1, 1, 2)]))
            .Raw(6).Sized(List([.. NumberTypes.Select(Global), Global(ValueType.I32)]))
            .Raw(7).Sized(List([.. functions.Select(f => Export($"f{f.Index}", 0, f.Index)), Export("memory", 2, 0), .. Enumerable.Range(0, 5).Select(i => Export($"g{i}", 3, (uint)i))]))
            .Raw(9).Sized(List([new WasmBytes().U32(0).I32(0).Op(Modules.Opcode.End).Raw(List(leaves.Select(f => new WasmBytes().U32(f.Index))).ToArray())]))
            .Raw(10).Sized(List(bodies.Select(b => new WasmBytes().Sized(b))))
            .Raw(11).Sized(List([new WasmBytes().U32(0).I32(_random.Next(65_400)).Op(Modules.Opcode.End).Sized(new WasmBytes().Raw(data))]));
        return new GeneratedModule(module.ToArray(), [.. Enumerable.Range(0, 12).Select(_ => Call(functions[_random.Next(functions.Length)]))]);
    }

    private GeneratedSignature Signature(int index) => new(
        (uint)index,
        (uint)index,
        [.. Enumerable.Range(0, _random.Next(4)).Select(_ => NumberType())],
        [.. Enumerable.Range(0, _random.Next(8) == 0 ? _random.Next(2, 4) : _random.Next(6) == 0 ? 0 : 1).Select(_ => NumberType())]);

    private GeneratedCall Call(GeneratedSignature function) => new(
        $"f{function.Index}", function.Parameters, [.. function.Parameters.Select(_constants.Bits)], function.Results);

    private ValueType NumberType() => NumberTypes[_random.Next(NumberTypes.Length)];

    private WasmBytes Global(ValueType type) =>
        new WasmBytes().Raw((byte)type, 1).Constant(type, _constants.Bits(type)).Op(Modules.Opcode.End);

    private static WasmBytes Export(string name, byte kind, uint index) =>
        new WasmBytes().Sized(new WasmBytes().Raw(Encoding.UTF8.GetBytes(name))).Raw(kind).U32(index);

    private static WasmBytes List(IEnumerable<WasmBytes> items)
    {
        WasmBytes[] all = [.. items];
        var bytes = new WasmBytes().U32((uint)all.Length);
        Array.ForEach(all, i => bytes.Raw(i.ToArray()));
        return bytes;
    }
}

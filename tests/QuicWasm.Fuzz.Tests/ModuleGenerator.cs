using System.Text;

namespace QuicWasm.Fuzz.Tests;

/// <summary>
/// Makes valid modules by chance: a memory of one page that can grow to two, a table with leaf functions, null elements and an end, five
/// globals, and some functions. A function calls only those behind it, and loops and calls burn fuel, so that every call ends. NaNs are
/// made zeros before their bits could be seen: engines may choose the bits. With the whole vocabulary they are seen, and there are vectors,
/// blocks with several values, tail calls, a second table that changes, a segment to copy from, exceptions, and a function of the host.
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

    /// <summary>The data segment that is not copied at the start, where there are two.</summary>
    public const uint PassiveData = 1;

    private const int LeafCount = 3;
    private const int BlockTypeCount = 4;
    private const int TagCount = 3;

    private readonly Random _random;
    private readonly Constants _constants;
    private readonly Vocabulary _vocabulary;
    private readonly uint _imports;

    private ModuleGenerator(int seed, Vocabulary vocabulary)
    {
        _random = new Random(seed);
        _constants = new Constants(_random);
        _vocabulary = vocabulary;
        _imports = vocabulary.IsWhole ? 1u : 0;
    }

    /// <summary>The module of a seed.</summary>
    public static GeneratedModule Generate(int seed, Vocabulary vocabulary) =>
        vocabulary.IsWhole ? new ModuleGenerator(seed, vocabulary).GenerateWhole() : new ModuleGenerator(seed, vocabulary).GeneratePortable();

    private GeneratedModule GeneratePortable()
    {
        GeneratedSignature[] functions = [.. Enumerable.Range(0, _random.Next(LeafCount + 2, LeafCount + 6)).Select(Signature)];
        GeneratedSignature[] leaves = functions[^LeafCount..];
        WasmBytes[] bodies = Bodies(functions, leaves, [], new ModuleShape([], functions[0], [], 400));
        WasmBytes module = new WasmBytes()
            .Raw("\0asm\u0001\0\0\0"u8)
            .Raw(1).Sized(List(functions.Select(Type)))
            .Raw(3).Sized(List(functions.Select(f => new WasmBytes().U32(f.Type))))
            .Raw(4).Sized(List([new WasmBytes().Raw(0x70, 0).U32(TableLength)]))
            .Raw(5).Sized(List([new WasmBytes().Raw(1, 1, 2)]))
            .Raw(6).Sized(Globals())
            .Raw(7).Sized(Exports(functions))
            .Raw(9).Sized(List([Elements(0, leaves)]))
            .Raw(10).Sized(List(bodies.Select(b => new WasmBytes().Sized(b))))
            .Raw(11).Sized(List([Data()]));
        return new GeneratedModule(module.ToArray(), Calls(functions, 12));
    }

    private GeneratedModule GenerateWhole()
    {
        GeneratedSignature[] functions = [.. Enumerable.Range(0, _random.Next(LeafCount + 1, LeafCount + 4)).Select(Signature)];
        var host = new GeneratedSignature(0, (uint)functions.Length, [ValueType.I64, ValueType.I32], [ValueType.I64]);
        GeneratedSignature[] blocks = [.. Enumerable.Range(0, BlockTypeCount).Select(i => Signature(functions.Length + 1 + i))];
        ValueType[] carried = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => NumberType())];
        var loop = new GeneratedSignature(0, (uint)(functions.Length + 1 + BlockTypeCount), carried, carried);
        GeneratedTag[] tags = [.. Enumerable.Range(0, TagCount).Select(i => Tag(i, loop.Type + 1))];
        GeneratedSignature[] inTable = [.. functions[^LeafCount..], host];
        WasmBytes[] bodies = Bodies(functions, inTable, [host], new ModuleShape(blocks, loop, tags, 120));
        WasmBytes module = new WasmBytes()
            .Raw("\0asm\u0001\0\0\0"u8)
            .Raw(1).Sized(List([.. functions.Select(Type), Type(host), .. blocks.Select(Type), Type(loop), .. tags.SelectMany(Types)]))
            .Raw(2).Sized(List([Name(GeneratedHost.Module).Raw(Name(GeneratedHost.Function).ToArray()).Raw(0).U32(host.Type)]))
            .Raw(3).Sized(List(functions.Select(f => new WasmBytes().U32(f.Type))))
            .Raw(4).Sized(List([.. Enumerable.Range(0, 2).Select(_ => new WasmBytes().Raw(0x70, 1).U32(TableLength).U32(TableLength + 5))]))
            .Raw(5).Sized(List([new WasmBytes().Raw(1, 1, 2)]))
            .Raw(13).Sized(List(tags.Select(t => new WasmBytes().Raw(0).U32(t.Type))))
            .Raw(6).Sized(Globals())
            .Raw(7).Sized(Exports(functions))
            .Raw(9).Sized(List([Elements(0, inTable), Elements(1, inTable)]))
            .Raw(12).Sized(new WasmBytes().U32(2))
            .Raw(10).Sized(List(bodies.Select(b => new WasmBytes().Sized(b))))
            .Raw(11).Sized(List([Data(), new WasmBytes().U32(1).Sized(RandomBytes())]));
        return new GeneratedModule(module.ToArray(), Calls(functions, 5));
    }

    // A function that calls others calls those behind it, and those of the table.
    private WasmBytes[] Bodies(GeneratedSignature[] functions, GeneratedSignature[] inTable, GeneratedSignature[] imports, ModuleShape shape) =>
    [
        .. functions.Select((f, i) => new FunctionGenerator(
            _random,
            _constants,
            _vocabulary,
            shape,
            f,
            i < functions.Length - LeafCount ? [.. functions[(i + 1)..], .. imports] : imports,
            i < functions.Length - LeafCount ? inTable : []).Generate()),
    ];

    private GeneratedSignature Signature(int index) => new(
        (uint)index + _imports,
        (uint)index,
        [.. Enumerable.Range(0, _random.Next(4)).Select(_ => NumberType())],
        [.. Enumerable.Range(0, _random.Next(8) == 0 ? _random.Next(2, 4) : _random.Next(6) == 0 ? 0 : 1).Select(_ => NumberType())]);

    // The first one carries nothing.
    private GeneratedTag Tag(int index, uint firstType) => new(
        (uint)index,
        firstType + (uint)(index * GeneratedTag.TypeCount),
        [.. Enumerable.Range(0, index == 0 ? 0 : _random.Next(1, 4)).Select(_ => NumberType())]);

    private GeneratedCall[] Calls(GeneratedSignature[] functions, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Call(functions[_random.Next(functions.Length)]))];

    private GeneratedCall Call(GeneratedSignature function) => new(
        $"f{function.Index}", function.Parameters, [.. function.Parameters.SelectMany(Slots)], function.Results);

    private ulong[] Slots(ValueType type)
    {
        UInt128 bits = _constants.Bits(type);
        return type == ValueType.V128 ? [(ulong)bits, (ulong)(bits >> 64)] : [(ulong)bits];
    }

    private ValueType NumberType() => _vocabulary.Types[_random.Next(_vocabulary.Types.Length)];

    private WasmBytes Data() => new WasmBytes().U32(0).I32(_random.Next(65_400)).Op(Modules.Opcode.End).Sized(RandomBytes());

    private WasmBytes RandomBytes()
    {
        byte[] data = new byte[_random.Next(1, 64)];
        _random.NextBytes(data);
        return new WasmBytes().Raw(data);
    }

    private WasmBytes Globals() =>
        List([.. NumberTypes.Select(Global), Global(ValueType.I32), .. _vocabulary.Types.Except(NumberTypes).Select(Global)]);

    private static WasmBytes Exports(GeneratedSignature[] functions) =>
        List([.. functions.Select(f => Export($"f{f.Index}", 0, f.Index)), Export("memory", 2, 0), .. Enumerable.Range(0, 5).Select(i => Export($"g{i}", 3, (uint)i))]);

    private static WasmBytes Elements(byte table, GeneratedSignature[] functions) => new WasmBytes()
        .Raw(table == 0 ? [0] : [2, table]).I32(0).Op(Modules.Opcode.End).Raw(table == 0 ? [] : [0])
        .Raw(List(functions.Select(f => new WasmBytes().U32(f.Index))).ToArray());

    private static WasmBytes Type(GeneratedSignature type) => Type(type.Parameters, type.Results);

    private static WasmBytes Type(ValueType[] parameters, ValueType[] results) => new WasmBytes().Raw(0x60).Types(parameters).Types(results);

    private static WasmBytes[] Types(GeneratedTag tag) =>
        [Type(tag.Parameters, []), Type([], tag.Parameters), Type([], [.. tag.Parameters, ValueType.ExnRef])];

    private static WasmBytes Name(string name) => new WasmBytes().Sized(new WasmBytes().Raw(Encoding.UTF8.GetBytes(name)));

    private WasmBytes Global(ValueType type) =>
        new WasmBytes().Raw((byte)type, 1).Constant(type, _constants.Bits(type)).Op(Modules.Opcode.End);

    private static WasmBytes Export(string name, byte kind, uint index) =>
        Name(name).Raw(kind).U32(index);

    private static WasmBytes List(IEnumerable<WasmBytes> items)
    {
        WasmBytes[] all = [.. items];
        var bytes = new WasmBytes().U32((uint)all.Length);
        Array.ForEach(all, i => bytes.Raw(i.ToArray()));
        return bytes;
    }
}

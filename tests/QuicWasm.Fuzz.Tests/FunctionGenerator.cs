using QuicWasm.Modules;

namespace QuicWasm.Fuzz.Tests;

/// <summary>Makes the body of one function.</summary>
internal sealed partial class FunctionGenerator(
    Random random, Constants constants, Vocabulary vocabulary, ModuleShape shape, GeneratedSignature signature, GeneratedSignature[] callees, GeneratedSignature[] tableFunctions)
{
    private const int LocalsOfAType = 2;

    private readonly WasmBytes _code = new();
    private readonly ValueType[] _locals =
    [
        .. signature.Parameters, .. vocabulary.Types.SelectMany(t => Enumerable.Repeat(t, LocalsOfAType)), .. vocabulary.Types,
        .. vocabulary.IsWhole ? [ValueType.ExnRef] : Array.Empty<ValueType>(),
    ];

    private readonly List<ValueType> _counters = [];
    private readonly List<ValueType[]> _labels = [signature.Results];
    private int _instructions;

    // One local of each type is kept for NaN checks, and one for an exception; the rest is for the program.
    private int UsableLocals => _locals.Length - vocabulary.Types.Length - (vocabulary.IsWhole ? 1 : 0);

    /// <summary>The locals and the code.</summary>
    public WasmBytes Generate()
    {
        BurnFuel();
        Statements(random.Next(1, 6), 4);
        foreach (ValueType result in signature.Results)
        {
            Expression(result, 4);
        }

        _code.Op(Opcode.End);
        ValueType[] declared = [.. _locals.AsSpan(signature.Parameters.Length), .. _counters];
        var body = new WasmBytes().U32((uint)declared.Length);
        Array.ForEach(declared, t => body.U32(1).Raw((byte)t));
        return body.Raw(_code.ToArray());
    }

    private uint ScratchOf(ValueType type) => (uint)(UsableLocals + Array.IndexOf(vocabulary.Types, type));

    private uint? LocalOf(ValueType type)
    {
        int start = random.Next(UsableLocals);
        for (int i = 0; i < UsableLocals; i++)
        {
            int local = (start + i) % UsableLocals;
            if (_locals[local] == type)
            {
                return (uint)local;
            }
        }

        return null;
    }

    private ValueType NumberType() => vocabulary.Types[random.Next(vocabulary.Types.Length)];

    private void BurnFuel() => _code
        .Op(Opcode.GlobalGet, ModuleGenerator.FuelGlobal).I32(1).Op(Opcode.I32Sub).Op(Opcode.GlobalSet, ModuleGenerator.FuelGlobal)
        .Op(Opcode.GlobalGet, ModuleGenerator.FuelGlobal).I32(0).Op(Opcode.I32LtS).Op(Opcode.If).Raw(0x40).Op(Opcode.Unreachable).Op(Opcode.End);

    private bool IsShort(int depth) => depth <= 0 || ++_instructions > shape.MaxInstructions;
}

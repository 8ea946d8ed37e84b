using QuicWasm.Modules;

namespace QuicWasm.Fuzz.Tests;

internal sealed partial class FunctionGenerator
{
    /// <summary>Leaves a value of the type.</summary>
    private void Expression(ValueType type, int depth)
    {
        if (type == ValueType.ExnRef)
        {
            _code.Op(Opcode.LocalGet, KeptException);
            return;
        }

        if (IsShort(depth))
        {
            Leaf(type);
            return;
        }

        switch (random.Next(16))
        {
            case < 7:
                Operator(PickOperator(type), depth);
                break;
            case 7 or 8:
                Load(Pick(vocabulary.Loads[type]), depth);
                break;
            case 9:
                Expression(type, depth - 1);
                Expression(type, depth - 1);
                Expression(ValueType.I32, depth - 1);
                _code.Op(Opcode.Select);
                break;
            case 10:
                Block(type, depth);
                break;
            case 11:
                If(type, depth);
                break;
            case 12:
                Call(type, depth);
                break;
            case 13 when LocalOf(type) is { } local:
                Expression(type, depth - 1);
                _code.Op(Opcode.LocalTee, local);
                break;
            case 14 when type == ValueType.I32:
                MemorySize();
                break;
            default:
                Leaf(type);
                break;
        }
    }

    private OpcodeInfo Pick(IEnumerable<OpcodeInfo> rows)
    {
        OpcodeInfo[] all = [.. rows];
        return all[random.Next(all.Length)];
    }

    private void Leaf(ValueType type)
    {
        switch (random.Next(4))
        {
            case 0:
                _code.Op(Opcode.GlobalGet, vocabulary.GlobalOf(type));
                break;
            case 1 or 2 when LocalOf(type) is { } local:
                _code.Op(Opcode.LocalGet, local);
                break;
            default:
                _code.Constant(type, constants.Bits(type));
                break;
        }
    }

    private void Operator(OpcodeInfo info, int depth)
    {
        bool showsBits = info.Opcode is Opcode.I32ReinterpretF32 or Opcode.I64ReinterpretF64 or Opcode.F32Copysign or Opcode.F64Copysign;
        foreach (ValueType operand in info.Operands)
        {
            if (showsBits)
            {
                WithoutNaN(operand, depth - 1);
            }
            else
            {
                Expression(operand, depth - 1);
            }
        }

        bool isDivision = info.Name.Contains(".div_", StringComparison.Ordinal) || info.Name.Contains(".rem_", StringComparison.Ordinal);
        if (isDivision && random.Next(30) != 0)
        {
            _code.Constant(info.Operands[1], 1).Op(info.Operands[1] == ValueType.I32 ? Opcode.I32Or : Opcode.I64Or);
        }

        _code.Op(info.Opcode);
        Lanes(info);
    }

    private void Lanes(OpcodeInfo info)
    {
        for (int i = info.Immediate == ImmediateKind.Shuffle ? 16 : info.LaneCount > 0 ? 1 : 0; i > 0; i--)
        {
            _code.Raw((byte)random.Next(info.LaneCount));
        }
    }

    // Conversions that trap do so for most values.
    private OpcodeInfo PickOperator(ValueType type)
    {
        OpcodeInfo info = Pick(vocabulary.Operators[type]);
        bool isConversion = info.Name.Contains(".trunc_f", StringComparison.Ordinal);
        return isConversion && random.Next(12) != 0 ? Pick(vocabulary.Operators[type]) : info;
    }

    // A value that equals itself, or zero.
    private void WithoutNaN(ValueType type, int depth)
    {
        Expression(type, depth);
        if (!vocabulary.IsWhole && (type is ValueType.F32 or ValueType.F64))
        {
            uint scratch = ScratchOf(type);
            _code.Op(Opcode.LocalTee, scratch).Constant(type, 0).Op(Opcode.LocalGet, scratch).Op(Opcode.LocalGet, scratch)
                .Op(type == ValueType.F32 ? Opcode.F32Eq : Opcode.F64Eq).Op(Opcode.Select);
        }
    }

    private void Load(OpcodeInfo info, int depth)
    {
        Address(depth);
        foreach (ValueType vector in info.Operands.Skip(1))
        {
            Expression(vector, depth - 1);
        }

        EmitAccess(info);
    }

    private void EmitAccess(OpcodeInfo info)
    {
        _code.Op(info.Opcode).U32((uint)random.Next(info.NaturalAlignment + 1)).U32(vocabulary.IsAligned ? Offset() & ~15u : Offset());
        Lanes(info);
    }

    private void Address(int depth)
    {
        AnyAddress(depth);
        if (vocabulary.IsAligned)
        {
            _code.I32(-16).Op(Opcode.I32And);
        }
    }

    private void AnyAddress(int depth)
    {
        if (vocabulary.IsWhole && random.Next(4) == 0)
        {
            AddressAtTheEnd(depth);
            return;
        }

        Expression(ValueType.I32, depth - 1);
        if (random.Next(60) != 0)
        {
            _code.I32(random.Next(2) == 0 ? 0xFFF : 0xFFFF).Op(Opcode.I32And);
        }
    }

    // The last bytes of the first page: most accesses are just inside, and some reach out.
    private void AddressAtTheEnd(int depth)
    {
        int margin = random.Next(15) == 0 ? random.Next(16) : 16;
        if (random.Next(2) == 0)
        {
            _code.I32(65_536 - margin - random.Next(8));
        }
        else
        {
            Expression(ValueType.I32, depth - 1);
            _code.I32(7).Op(Opcode.I32And).I32(65_529 - margin).Op(Opcode.I32Add);
        }
    }

    private uint Offset() => random.Next(100) switch
    {
        0 => (uint)random.NextInt64(1L << 32),
        < 30 when !vocabulary.IsWhole => (uint)random.Next(200),
        _ => 0,
    };

    private void MemorySize()
    {
        if (random.Next(3) == 0)
        {
            _code.I32(random.Next(3) - (random.Next(8) == 0 ? 1 : 0)).Op(Opcode.MemoryGrow).Raw(0);
        }
        else
        {
            _code.Op(Opcode.MemorySize).Raw(0);
        }
    }

    // A block that is left early with one value, or ends with another.
    private void Block(ValueType type, int depth)
    {
        Begin(Opcode.Block, [type], t => t.Raw((byte)type));
        Statements(random.Next(2), depth - 1);
        Expression(type, depth - 1);
        Expression(ValueType.I32, depth - 1);
        _code.Op(Opcode.BrIf, 0).Op(Opcode.Drop);
        Expression(type, depth - 1);
        End();
    }

    private void If(ValueType type, int depth)
    {
        Expression(ValueType.I32, depth - 1);
        Begin(Opcode.If, [type], t => t.Raw((byte)type));
        Expression(type, depth - 1);
        _code.Op(Opcode.Else);
        Statements(random.Next(2), depth - 1);
        Expression(type, depth - 1);
        End();
    }

    // A call of a function with that one result, directly or through the table; where there is none, a leaf.
    private void Call(ValueType type, int depth)
    {
        bool isIndirect = random.Next(2) == 0;
        GeneratedSignature[] fitting = [.. (isIndirect ? tableFunctions : callees).Where(f => f.Results is [var only] && only == type)];
        if (fitting.Length == 0)
        {
            Leaf(type);
            return;
        }

        GeneratedSignature callee = fitting[random.Next(fitting.Length)];
        Call(callee, isIndirect, depth);
    }

    private void Call(GeneratedSignature callee, bool isIndirect, int depth)
    {
        foreach (ValueType parameter in callee.Parameters)
        {
            Expression(parameter, depth - 1);
        }

        if (isIndirect)
        {
            TableIndex(callee, depth);
            _code.Op(Opcode.CallIndirect, callee.Type).Raw((byte)(vocabulary.IsWhole && random.Next(4) == 0 ? 1 : 0));
        }
        else
        {
            _code.Op(Opcode.Call, callee.Index);
        }
    }

    // Most often the right element; else one of another type, a null one, or none.
    private void TableIndex(GeneratedSignature callee, int depth)
    {
        if (random.Next(6) != 0)
        {
            _code.I32(Array.IndexOf(tableFunctions, callee));
            return;
        }

        Expression(ValueType.I32, depth - 1);
        _code.I32(ModuleGenerator.TableLength + 1).Op(Opcode.I32RemU);
    }
}

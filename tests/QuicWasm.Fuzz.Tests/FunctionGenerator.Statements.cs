using QuicWasm.Modules;

namespace QuicWasm.Fuzz.Tests;

internal sealed partial class FunctionGenerator
{
    private static readonly OpcodeInfo[] Stores =
    [
        .. OpcodeTable.All.Where(o => o.Immediate == ImmediateKind.MemArg && o.Results.Length == 0 && o.Operands is [ValueType.I32, var value]
            && ModuleGenerator.NumberTypes.Contains(value) && (o.Proposal & ~Proposals.Wasm2) == 0),
    ];

    private void Statements(int count, int depth)
    {
        for (int i = 0; i < count; i++)
        {
            Statement(depth);
        }
    }

    /// <summary>Leaves nothing.</summary>
    private void Statement(int depth)
    {
        if (IsShort(depth))
        {
            return;
        }

        switch (random.Next(14))
        {
            case 0 or 1 or 2:
                SetLocal(depth);
                break;
            case 3 or 4:
                ValueType type = NumberType();
                Expression(type, depth - 1);
                _code.Op(Opcode.GlobalSet, GlobalOf(type));
                break;
            case 5 or 6:
                Store(depth);
                break;
            case 7:
                Condition(depth);
                break;
            case 8 or 9:
                Loop(depth);
                break;
            case 10:
                Switch(depth);
                break;
            case 11 when callees.Length > 0:
                CallForEffect(callees[random.Next(callees.Length)], depth);
                break;
            case 12:
                Bulk(depth);
                break;
            default:
                Leave(depth);
                break;
        }
    }

    private void SetLocal(int depth)
    {
        int local = random.Next(UsableLocals);
        Expression(_locals[local], depth - 1);
        _code.Op(Opcode.LocalSet, (uint)local);
    }

    private void Store(int depth)
    {
        OpcodeInfo info = Stores[random.Next(Stores.Length)];
        Address(depth);
        WithoutNaN(info.Operands[1], depth - 1);
        _code.Op(info.Opcode).U32((uint)random.Next(info.NaturalAlignment + 1)).U32(Offset());
    }

    private void Condition(int depth)
    {
        Expression(ValueType.I32, depth - 1);
        _code.Op(Opcode.If).Raw(0x40);
        _labels++;
        Statements(random.Next(1, 3), depth - 1);
        if (random.Next(2) == 0)
        {
            _code.Op(Opcode.Else);
            Statements(random.Next(1, 3), depth - 1);
        }

        _labels--;
        _code.Op(Opcode.End);
    }

    // Counts down a local of its own, which nothing else sets; it also burns fuel, as loops in loops multiply.
    private void Loop(int depth)
    {
        var counter = (uint)(_locals.Length + _counters.Count);
        _counters.Add(ValueType.I32);
        _code.I32(random.Next(1, 7)).Op(Opcode.LocalSet, counter).Op(Opcode.Loop).Raw(0x40);
        _labels++;
        BurnFuel();
        Statements(random.Next(1, 4), depth - 1);
        _code.Op(Opcode.LocalGet, counter).I32(1).Op(Opcode.I32Sub).Op(Opcode.LocalTee, counter).Op(Opcode.BrIf, 0);
        _labels--;
        _code.Op(Opcode.End);
    }

    private void Switch(int depth)
    {
        int cases = random.Next(1, 5);
        for (int i = 0; i <= cases; i++)
        {
            _code.Op(Opcode.Block).Raw(0x40);
        }

        _labels += cases + 1;
        Expression(ValueType.I32, depth - 1);
        if (random.Next(4) != 0)
        {
            _code.I32(cases + 1).Op(Opcode.I32RemU);
        }

        _code.Op(Opcode.BrTable).U32((uint)cases);
        for (int i = 0; i <= cases; i++)
        {
            _code.U32((uint)random.Next(cases + 1));
        }

        for (int i = cases; i >= 0; i--)
        {
            _labels--;
            _code.Op(Opcode.End);
            Statements(random.Next(2), depth - 1);
        }
    }

    private void CallForEffect(GeneratedSignature callee, int depth)
    {
        Call(callee, tableFunctions.Contains(callee) && random.Next(2) == 0, depth);
        foreach (ValueType result in callee.Results.Reverse())
        {
            if (LocalOf(result) is { } local && random.Next(2) == 0)
            {
                _code.Op(Opcode.LocalSet, local);
            }
            else
            {
                _code.Op(Opcode.Drop);
            }
        }
    }

    private void Bulk(int depth)
    {
        Address(depth);
        bool isFill = random.Next(2) == 0;
        if (isFill)
        {
            Expression(ValueType.I32, depth - 1);
        }
        else
        {
            Address(depth);
        }

        _code.I32(random.Next(random.Next(20) == 0 ? 100_000 : 500));
        _code.Op(isFill ? Opcode.MemoryFill : Opcode.MemoryCopy).Raw(isFill ? [0] : [0, 0]);
    }

    // Under a condition, or what follows would never run.
    private void Leave(int depth)
    {
        Expression(ValueType.I32, depth - 1);
        _code.Op(Opcode.If).Raw(0x40);
        _labels++;
        if (random.Next(3) == 0)
        {
            foreach (ValueType result in signature.Results)
            {
                Expression(result, depth - 1);
            }

            _code.Op(Opcode.Return);
        }
        else if (random.Next(12) == 0)
        {
            _code.Op(Opcode.Unreachable);
        }

        _labels--;
        _code.Op(Opcode.End);
    }
}

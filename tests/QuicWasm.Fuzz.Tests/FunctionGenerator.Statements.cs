using QuicWasm.Modules;

namespace QuicWasm.Fuzz.Tests;

internal sealed partial class FunctionGenerator
{
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

        if (vocabulary.IsWhole && random.Next(3) == 0)
        {
            WideStatement(depth);
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
                _code.Op(Opcode.GlobalSet, vocabulary.GlobalOf(type));
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
        OpcodeInfo info = vocabulary.Stores[random.Next(vocabulary.Stores.Length)];
        Address(depth);
        WithoutNaN(info.Operands[1], depth - 1);
        EmitAccess(info);
    }

    private void Condition(int depth)
    {
        Expression(ValueType.I32, depth - 1);
        Begin(Opcode.If, [], t => t.Raw(0x40));
        Statements(random.Next(1, 3), depth - 1);
        if (random.Next(2) == 0)
        {
            _code.Op(Opcode.Else);
            Statements(random.Next(1, 3), depth - 1);
        }

        End();
    }

    // Counts down a local of its own, which nothing else sets; it also burns fuel, as loops in loops multiply.
    private void Loop(int depth)
    {
        uint counter = NewCounter();
        _code.I32(random.Next(1, 7)).Op(Opcode.LocalSet, counter);
        Begin(Opcode.Loop, [], t => t.Raw(0x40));
        BurnFuel();
        Statements(random.Next(1, 4), depth - 1);
        CountDown(counter);
        End();
    }

    private uint NewCounter()
    {
        _counters.Add(ValueType.I32);
        return (uint)(_locals.Length + _counters.Count - 1);
    }

    private void CountDown(uint counter) =>
        _code.Op(Opcode.LocalGet, counter).I32(1).Op(Opcode.I32Sub).Op(Opcode.LocalTee, counter).Op(Opcode.BrIf, 0);

    private void Switch(int depth)
    {
        int cases = random.Next(1, 5);
        for (int i = 0; i <= cases; i++)
        {
            Begin(Opcode.Block, [], t => t.Raw(0x40));
        }

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
            End();
            Statements(random.Next(2), depth - 1);
        }
    }

    private void CallForEffect(GeneratedSignature callee, int depth)
    {
        Call(callee, tableFunctions.Contains(callee) && random.Next(2) == 0, depth);
        Consume(callee.Results);
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

        _code.I32(random.Next(random.Next(20) == 0 ? 100_000 : vocabulary.IsWhole ? 16 : 500));
        _code.Op(isFill ? Opcode.MemoryFill : Opcode.MemoryCopy).Raw(isFill ? [0] : [0, 0]);
    }

    // Under a condition, or what follows would never run.
    private void Leave(int depth)
    {
        Expression(ValueType.I32, depth - 1);
        Begin(Opcode.If, [], t => t.Raw(0x40));
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

        End();
    }
}

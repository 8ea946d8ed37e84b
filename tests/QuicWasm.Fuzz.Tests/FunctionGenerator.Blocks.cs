using QuicWasm.Modules;

namespace QuicWasm.Fuzz.Tests;

// Blocks with several values, branches out of several blocks, tail calls, tables.
internal sealed partial class FunctionGenerator
{
    private void WideStatement(int depth)
    {
        switch (random.Next(12))
        {
            case 0 or 1:
                BranchOut(depth);
                break;
            case 2:
                BlockOfType(Opcode.Block, depth);
                break;
            case 3:
                BlockOfType(Opcode.If, depth);
                break;
            case 4:
                LoopWithValues(depth);
                break;
            case 5:
                SwitchWithValues(depth);
                break;
            case 6:
                TailCall(depth);
                break;
            case 7:
                ChangeTable(depth);
                break;
            case 8:
                Segments(depth);
                break;
            case 9:
                Throw(depth);
                break;
            default:
                Try(depth);
                break;
        }
    }

    private GeneratedSignature PickBlockType() => shape.BlockTypes[random.Next(shape.BlockTypes.Length)];

    private void Expressions(IEnumerable<ValueType> types, int depth)
    {
        foreach (ValueType type in types)
        {
            Expression(type, depth);
        }
    }

    // Takes values away, into locals or nowhere.
    private void Consume(IEnumerable<ValueType> types)
    {
        foreach (ValueType type in types.Reverse())
        {
            if (type == ValueType.ExnRef)
            {
                _code.Op(Opcode.LocalSet, KeptException);
            }
            else if (LocalOf(type) is { } local && random.Next(2) == 0)
            {
                _code.Op(Opcode.LocalSet, local);
            }
            else
            {
                _code.Op(Opcode.Drop);
            }
        }
    }

    // To any block around; now and then always, so that what follows is never run.
    private void BranchOut(int depth)
    {
        int target = random.Next(_labels.Count);
        ValueType[] values = _labels[_labels.Count - 1 - target];
        Expressions(values, depth - 1);
        Expression(ValueType.I32, depth - 1);
        if (random.Next(6) == 0)
        {
            Begin(Opcode.If, [], t => t.Raw(0x40));
            Expressions(values, depth - 1);
            _code.Op(Opcode.Br, (uint)target + 1);
            Statement(depth - 1);
            End();
        }
        else
        {
            _code.Op(Opcode.BrIf, (uint)target);
        }

        Consume(values);
    }

    private void BlockOfType(Opcode kind, int depth)
    {
        GeneratedSignature type = PickBlockType();
        Expressions(type.Parameters, depth - 1);
        if (kind == Opcode.If)
        {
            Expression(ValueType.I32, depth - 1);
        }

        Begin(kind, type.Results, t => t.Signed(type.Type));
        Consume(type.Parameters);
        Statements(random.Next(1, 3), depth - 1);
        Expressions(type.Results, depth - 1);
        if (kind == Opcode.If)
        {
            _code.Op(Opcode.Else);
            Consume(type.Parameters);
            Expressions(type.Results, depth - 1);
        }

        End();
        Consume(type.Results);
    }

    // Its parameters are its results, too.
    private void LoopWithValues(int depth)
    {
        GeneratedSignature type = shape.LoopType;
        uint counter = NewCounter();
        Expressions(type.Parameters, depth - 1);
        _code.I32(random.Next(1, 5)).Op(Opcode.LocalSet, counter);
        Begin(Opcode.Loop, type.Parameters, t => t.Signed(type.Type));
        BurnFuel();
        Consume(type.Parameters);
        Statements(random.Next(1, 3), depth - 1);
        Expressions(type.Parameters, depth - 1);
        CountDown(counter);
        End();
        Consume(type.Results);
    }

    private void SwitchWithValues(int depth)
    {
        GeneratedSignature type = PickBlockType();
        Expressions(type.Parameters, depth - 1);
        Begin(Opcode.Block, type.Results, t => t.Signed(type.Type));
        Consume(type.Parameters);
        uint[] targets = LabelsOf(type.Results);
        Expressions(type.Results, depth - 1);
        Expression(ValueType.I32, depth - 1);
        int cases = random.Next(4);
        _code.I32(cases + 2).Op(Opcode.I32RemU).Op(Opcode.BrTable, (uint)cases);
        for (int i = 0; i <= cases; i++)
        {
            _code.U32(targets[random.Next(targets.Length)]);
        }

        End();
        Consume(type.Results);
    }

    // Under a condition, of a function with the same results.
    private void TailCall(int depth)
    {
        bool isIndirect = random.Next(2) == 0;
        GeneratedSignature[] fitting = [.. (isIndirect ? tableFunctions : callees).Where(f => f.Results.SequenceEqual(signature.Results))];
        if (fitting.Length == 0)
        {
            BranchOut(depth);
            return;
        }

        GeneratedSignature callee = fitting[random.Next(fitting.Length)];
        Expression(ValueType.I32, depth - 1);
        Begin(Opcode.If, [], t => t.Raw(0x40));
        Expressions(callee.Parameters, depth - 1);
        if (isIndirect)
        {
            TableIndex(callee, depth);
            _code.Op(Opcode.ReturnCallIndirect, callee.Type).Raw(0);
        }
        else
        {
            _code.Op(Opcode.ReturnCall, callee.Index);
        }

        End();
    }

    // Of the second table, which is small, and whose functions are called as those of the first one are.
    private void ChangeTable(int depth)
    {
        SmallIndex(depth);
        switch (random.Next(5))
        {
            case 0:
                FunctionReference();
                _code.Op(Opcode.TableSet, 1);
                break;
            case 1:
                _code.Op(Opcode.TableGet, 1).Op(Opcode.RefIsNull).Op(Opcode.GlobalSet, vocabulary.GlobalOf(ValueType.I32));
                break;
            case 2:
                _code.Op(Opcode.Drop);
                FunctionReference();
                _code.I32(random.Next(3)).Op(Opcode.TableGrow, 1).Op(Opcode.GlobalSet, vocabulary.GlobalOf(ValueType.I32));
                break;
            case 3:
                SmallIndex(depth);
                _code.I32(random.Next(3)).Op(Opcode.TableCopy).Raw(1, 0);
                break;
            default:
                FunctionReference();
                _code.I32(random.Next(3)).Op(Opcode.TableFill, 1);
                break;
        }
    }

    private void SmallIndex(int depth)
    {
        Expression(ValueType.I32, depth - 1);
        _code.I32(ModuleGenerator.TableLength - 2 + (random.Next(20) == 0 ? 4 : 0)).Op(Opcode.I32RemU);
    }

    private void FunctionReference()
    {
        if (tableFunctions.Length == 0 || random.Next(4) == 0)
        {
            _code.Op(Opcode.RefNull).Raw(0x70);
        }
        else
        {
            _code.Op(Opcode.RefFunc, tableFunctions[random.Next(tableFunctions.Length)].Index);
        }
    }

    private void Segments(int depth)
    {
        if (random.Next(8) == 0)
        {
            _code.Op(Opcode.DataDrop, ModuleGenerator.PassiveData);
            return;
        }

        Address(depth);
        _code.I32(0).I32(random.Next(random.Next(8) == 0 ? 40 : 2)).Op(Opcode.MemoryInit, ModuleGenerator.PassiveData).Raw(0);
    }

    // Those that branches with such values can go to.
    private uint[] LabelsOf(ValueType[] types) =>
        [.. Enumerable.Range(0, _labels.Count).Where(i => _labels[_labels.Count - 1 - i].SequenceEqual(types)).Select(i => (uint)i)];

    private void Begin(Opcode kind, ValueType[] branchTypes, Action<WasmBytes> type)
    {
        _code.Op(kind);
        type(_code);
        _labels.Add(branchTypes);
    }

    private void End()
    {
        _labels.RemoveAt(_labels.Count - 1);
        _code.Op(Opcode.End);
    }
}

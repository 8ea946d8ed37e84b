using System.Collections.Immutable;
using QuicWasm.Modules;

namespace QuicWasm.Interpreter;

// Blocks and branches.
internal sealed partial class Lowerer
{
    private bool LowerControl(Opcode opcode, int pc, ref CodeReader reader)
    {
        switch (opcode)
        {
            case Opcode.Nop:
                return true;
            case Opcode.Unreachable:
                _code.Emit(Managed(ManagedOperation.Unreachable));
                _isUnreachable = true;
                return true;
            case Opcode.Block:
                OpenBlock(reader.ReadBlockType(), isLoop: false);
                return true;
            case Opcode.Loop:
                OpenLoop(ref reader);
                return true;
            case Opcode.If:
                OpenIf(reader.ReadBlockType());
                return true;
            case Opcode.TryTable:
                OpenTry(ref reader);
                return true;
            case Opcode.Throw or Opcode.ThrowRef:
                LowerThrow(opcode, ref reader);
                return true;
            case Opcode.Else:
                BeginElse();
                return true;
            case Opcode.End:
                CloseBlock();
                return true;
            case Opcode.Br:
                Branch(BlockAt(reader.ReadU32()));
                _isUnreachable = true;
                return true;
            case Opcode.BrIf:
                Condition condition = TakeCondition();
                BranchIf(BlockAt(reader.ReadU32()), condition);
                return true;
            case Opcode.BrTable:
                BranchThroughTable(ref reader);
                return true;
            case Opcode.Return:
                Branch(_blocks[0]);
                _isUnreachable = true;
                return true;
            case Opcode.BrOnNull:
                BranchOnNull(BlockAt(reader.ReadU32()));
                return true;
            case Opcode.BrOnNonNull:
                BranchOnNonNull(BlockAt(reader.ReadU32()));
                return true;
            default:
                return LowerCall(opcode, pc, ref reader);
        }
    }

    private ControlBlock BlockAt(uint depth) => _blocks[_blocks.Count - 1 - (int)depth];

    // Nothing may be left in a local or be fused across the beginning or end of a block.
    private void PushBlock(ControlBlock block)
    {
        _blocks.Add(block);
        _result = -1;
    }

    private ControlBlock OpenBlock(BlockType type, bool isLoop)
    {
        _stack.Flush();
        ImmutableArray<ValueType> parameters = ParametersOf(type);
        var block = new ControlBlock
        {
            Label = _code.NewLabel(),
            IsLoop = isLoop,
            Parameters = parameters,
            Results = ResultsOf(type),
            Height = _stack.Count - parameters.Length,
            Offset = parameters.Length == 0 ? _stack.Top : _stack[_stack.Count - parameters.Length].Slot,
        };
        PushBlock(block);
        return block;
    }

    private void OpenLoop(ref CodeReader reader)
    {
        ControlBlock loop = OpenBlock(reader.ReadBlockType(), isLoop: true);
        _code.Bind(loop.Label);
        _points.Add(new CodePoint(reader.Position, _code.Count, _stack.SlotCount, false));
    }

    private void OpenIf(BlockType type)
    {
        Condition condition = TakeCondition();
        CodeLabel otherwise = _code.NewLabel();
        ControlBlock block = OpenBlock(type, isLoop: false);
        block.Else = otherwise;
        EmitConditional(condition, otherwise, isNegated: true, isBackward: false);
    }

    private void BeginElse()
    {
        ControlBlock block = _blocks[^1];
        if (!_isUnreachable)
        {
            _stack.FlushFrom(block.Height);
            _code.EmitJump(new HandlerKey(HandlerForm.Jump), block.Label);
        }

        _code.Bind(block.Else!.Value);
        block.Else = null;
        ResetStack(block, block.Parameters);
    }

    private void CloseBlock()
    {
        ControlBlock block = _blocks[^1];
        if (block.IsFunction)
        {
            CloseFunction(block);
            return;
        }

        if (!_isUnreachable)
        {
            _stack.FlushFrom(block.Height);
        }

        if (block.Clauses is { Length: > 0 } clauses)
        {
            LowerClauses(block, clauses);
        }

        if (block.Else is { } otherwise)
        {
            _code.Bind(otherwise);
        }

        if (!block.IsLoop)
        {
            _code.Bind(block.Label);
        }

        _blocks.RemoveAt(_blocks.Count - 1);
        ResetStack(block, block.Results);
    }

    private void CloseFunction(ControlBlock block)
    {
        if (!_isUnreachable)
        {
            EmitReturn();
        }

        _blocks.RemoveAt(_blocks.Count - 1);
        _code.Bind(block.Label);
    }

    private void ResetStack(ControlBlock block, ImmutableArray<ValueType> types)
    {
        _stack.Truncate(block.Height);
        foreach (ValueType type in types)
        {
            _stack.PushSlot(type);
        }

        _result = -1;
        _isUnreachable = false;
    }

    private void SkipUnreachable(Opcode opcode, ref CodeReader reader)
    {
        switch (opcode)
        {
            case Opcode.Block or Opcode.Loop or Opcode.If or Opcode.TryTable:
                _skippedBlocks++;
                break;
            case Opcode.Else when _skippedBlocks == 0:
                BeginElse();
                return;
            case Opcode.End when _skippedBlocks == 0:
                CloseBlock();
                return;
            case Opcode.End:
                _skippedBlocks--;
                return;
        }

        reader.SkipImmediate(OpcodeTable.Get(opcode).Immediate);
    }

    /// <summary>Jumps to a block with the topmost values, which stay on the stack.</summary>
    private void Branch(ControlBlock target)
    {
        if (target.IsFunction)
        {
            EmitReturn();
            return;
        }

        MoveTo(target);
        _code.EmitJump(new HandlerKey(HandlerForm.Jump, IsBackward: target.IsLoop), target.Label);
    }

    private void BranchIf(ControlBlock target, Condition condition)
    {
        if (target.IsFunction || !IsInPlace(target))
        {
            CodeLabel past = _code.NewLabel();
            EmitConditional(condition, past, isNegated: true, isBackward: false);
            Branch(target);
            _code.Bind(past);
        }
        else
        {
            _stack.FlushFrom(_stack.Count - target.BranchTypes.Length);
            EmitConditional(condition, target.Label, isNegated: false, target.IsLoop);
        }

        _result = -1;
    }

    private void BranchThroughTable(ref CodeReader reader)
    {
        int index = _stack.PopRegister();
        var labels = new CodeLabel[(int)reader.ReadU32() + 1];
        var stubs = new List<(CodeLabel Label, ControlBlock Target)>();
        for (int i = 0; i < labels.Length; i++)
        {
            ControlBlock target = BlockAt(reader.ReadU32());
            labels[i] = target.Label;
            if (target.IsFunction || target.IsLoop || target.BranchTypes.Length > 0)
            {
                int known = stubs.FindIndex(s => s.Target == target);
                labels[i] = known >= 0 ? stubs[known].Label : _code.NewLabel();
                if (known < 0)
                {
                    stubs.Add((labels[i], target));
                }
            }
        }

        _code.EmitTable(index, labels);
        foreach ((CodeLabel label, ControlBlock target) in stubs)
        {
            _code.Bind(label);
            Branch(target);
        }

        _isUnreachable = true;
    }

    // Values move down, in order, so that none is overwritten before it is read.
    private void MoveTo(ControlBlock target)
    {
        int destination = target.Offset;
        for (int i = _stack.Count - target.BranchTypes.Length; i < _stack.Count; i++)
        {
            Operand value = _stack[i];
            if (value.Place != OperandPlace.Slot || value.Slot != destination)
            {
                _stack.CopyTo(value, destination);
            }

            destination += value.Type.SlotCount() * 8;
        }
    }

    private bool IsInPlace(ControlBlock target)
    {
        int count = target.BranchTypes.Length;
        return count == 0 || _stack[_stack.Count - count].Slot == target.Offset;
    }

    private void EmitReturn()
    {
        ImmutableArray<ValueType> results = _function.Type.Results;
        if (results.Length == 0)
        {
            _code.Emit(new HandlerKey(HandlerForm.Return), 0, _linkOffset);
        }
        else if (results.Length == 1)
        {
            var key = new HandlerKey(HandlerForm.ReturnOne, results[0].SlotCount());
            _code.Emit(key, _stack.RegisterOf(_stack[_stack.Count - 1]), _linkOffset);
        }
        else
        {
            int first = _stack.Count - results.Length;
            foreach (int i in Enumerable.Range(first, results.Length))
            {
                if (_stack[i].Place != OperandPlace.Slot)
                {
                    _stack.CopyTo(_stack[i], _stack[i].Slot);
                }
            }

            _code.Emit(new HandlerKey(HandlerForm.ReturnMany), _stack[first].Slot, _linkOffset, _function.Type.ResultSlots * 8);
        }
    }
}

using System.Collections.Immutable;
using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

// Blocks and branches. At every label the stack of .NET is empty; the values of a branch go through locals of IL.
internal sealed partial class FunctionCompiler
{
    private bool Control(Opcode opcode, int pc, ref CodeReader reader)
    {
        switch (opcode)
        {
            case Opcode.Nop:
                return true;
            case Opcode.Unreachable:
                SettleTraps();
                _unreachable ??= _il.DefineLabel();
                _il.Emit(OpCodes.Br, _unreachable.Value);
                _isUnreachable = true;
                return true;
            case Opcode.Block or Opcode.Loop or Opcode.If:
                Open(opcode, pc, reader.ReadBlockType(), reader.Position);
                return true;
            case Opcode.TryTable:
                OpenTry(pc, ref reader);
                return true;
            case Opcode.Throw or Opcode.ThrowRef:
                Throw(opcode, pc, ref reader);
                return true;
            case Opcode.BrOnNull:
                BranchOnNull(BlockAt(reader.ReadU32()));
                return true;
            case Opcode.BrOnNonNull:
                BranchOnNonNull(BlockAt(reader.ReadU32()));
                return true;
            case Opcode.Else:
                BeginElse();
                return true;
            case Opcode.End:
                Close();
                return true;
            case Opcode.Br:
                SettleTraps();
                Branch(BlockAt(reader.ReadU32()));
                _isUnreachable = true;
                return true;
            case Opcode.BrIf:
                BranchIf(BlockAt(reader.ReadU32()));
                return true;
            case Opcode.BrTable:
                BranchThroughTable(ref reader);
                return true;
            case Opcode.Return:
                SettleTraps();
                Branch(_blocks[0]);
                _isUnreachable = true;
                return true;
            default:
                return Calls(opcode, pc, ref reader);
        }
    }

    private ControlBlock BlockAt(uint depth) => _blocks[_blocks.Count - 1 - (int)depth];

    private void Open(Opcode kind, int pc, BlockType type, int bodyPc)
    {
        Node? condition = kind == Opcode.If ? Pop() : null;
        ulong assigned = _scan.AssignedIn(pc);
        ImmutableArray<ValueType> parameters = ParametersOf(type);
        SettleTraps();
        Settle(n => !n.IsPlain || (n.Locals & assigned) != 0);
        var block = new ControlBlock
        {
            Label = _il.DefineLabel(),
            Kind = kind,
            Parameters = parameters,
            Results = ResultsOf(type),
            Height = _stack.Count - parameters.Length,
            Assigned = assigned,
            Checked = _checked,
        };
        block.Merges = [.. block.BranchTypes.Select(t => TakeLocal(ClrTypes.Of(t)))];
        _blocks.Add(block);
        if (kind == Opcode.Loop)
        {
            OpenLoop(block, pc, bodyPc);
        }
        else if (condition is not null)
        {
            OpenIf(block, condition);
        }
    }

    private void OpenLoop(ControlBlock block, int pc, int headerPc)
    {
        MoveTo(block.Merges, block.Parameters);
        _stack.RemoveRange(block.Height, block.Parameters.Length);
        PushLocals(block.Merges, block.Parameters, isOwner: false);
        _checked = Joined(_checked.WithoutAny(block.Assigned));
        if (!_isLengthKept && !_scan.Calls(pc))
        {
            block.KeepsLength = true;
            KeepMemoryLength();
        }

        block.Rounds = RoundsOf(pc);
        EmitPoll(block, headerPc);
    }

    private void OpenIf(ControlBlock block, Node condition)
    {
        // Both arms begin with the parameters, so these stand where neither takes them away.
        block.Entry = [.. block.Parameters.Select(t => TakeLocal(ClrTypes.Of(t)))];
        MoveTo(block.Entry, block.Parameters);
        _stack.RemoveRange(block.Height, block.Parameters.Length);
        PushLocals(block.Entry, block.Parameters, isOwner: false);
        block.Else = _il.DefineLabel();
        EmitBranch(condition, block.Else.Value, isNegated: true);
    }

    private void BeginElse()
    {
        ControlBlock block = _blocks[^1];
        if (!_isUnreachable)
        {
            SettleTraps();
            MoveTo(block.Merges, block.Results);
            _il.Emit(OpCodes.Br, block.Label);
            block.IsTargeted = true;
        }

        _il.MarkLabel(block.Else!.Value);
        block.Else = null;
        _stack.RemoveRange(block.Height, _stack.Count - block.Height);
        PushLocals(block.Entry, block.Parameters, isOwner: false);
        _checked = Joined(block.Checked);
        _isUnreachable = false;
    }

    private void Close()
    {
        ControlBlock block = _blocks[^1];
        if (block.IsFunction)
        {
            if (!_isUnreachable)
            {
                SettleTraps();
                EmitReturn();
            }

            _blocks.RemoveAt(_blocks.Count - 1);
            return;
        }

        if (block.Else is not null)
        {
            // An if without else: its other arm gives the parameters back.
            BeginElse();
        }

        _blocks.RemoveAt(_blocks.Count - 1);
        _try = block.Try is { } region ? region.Outer : _try;
        if (block.Kind == Opcode.Loop || !block.IsTargeted)
        {
            CloseUntargeted(block);
        }
        else
        {
            CloseTargeted(block);
        }

        ReleaseAll(block.Entry);
        ReleaseRounds(block.Rounds);
        _isLengthKept &= !block.KeepsLength;
    }

    private void CloseTargeted(ControlBlock block)
    {
        if (!_isUnreachable)
        {
            SettleTraps();
            MoveTo(block.Merges, block.Results);
        }

        _il.MarkLabel(block.Label);
        _stack.RemoveRange(block.Height, _stack.Count - block.Height);
        PushLocals(block.Merges, block.Results, isOwner: true);
        _checked = Joined(block.Checked.WithoutAny(block.Assigned));
        _isUnreachable = false;
    }

    // Nothing but the code before comes here, so its values need not move.
    private void CloseUntargeted(ControlBlock block)
    {
        LocalBuilder[] released = [.. block.Merges, .. block.Entry];
        if (!_isUnreachable && released.Length > 0)
        {
            for (int i = block.Height; i < _stack.Count; i++)
            {
                Node node = _stack[i];
                bool isOwn = node.Kind is NodeKind.Constant or NodeKind.Local || (node.Kind == NodeKind.Temporary && node.IsOwner);
                _stack[i] = isOwn ? node : Spilled(node);
            }
        }

        ReleaseAll(block.Merges);
    }

    private void ReleaseAll(LocalBuilder[] locals)
    {
        foreach (LocalBuilder local in locals)
        {
            Release(local);
        }
    }

    // A version is entered with the values of a frame that may come from anywhere: it trusts no check that was made outside.
    private CheckedAddresses Joined(CheckedAddresses known) => IsVersion ? default : known;

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
                Close();
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

        MoveTo(target.Merges, target.BranchTypes);
        _il.Emit(OpCodes.Br, target.Label);
        target.IsTargeted = true;
    }

    private void BranchIf(ControlBlock target)
    {
        Node condition = Pop();
        SettleTraps();
        if (!target.IsFunction && target.BranchTypes.Length == 0)
        {
            target.IsTargeted = true;
            EmitRoundEnd(target.Rounds);
            EmitBranch(condition, target.Label, isNegated: false);
            return;
        }

        SettleTop(target.BranchTypes.Length);
        Label past = _il.DefineLabel();
        EmitBranch(condition, past, isNegated: true);
        Branch(target);
        _il.MarkLabel(past);
    }

    private void BranchThroughTable(ref CodeReader reader)
    {
        Node index = Pop();
        SettleTraps();
        var targets = new ControlBlock[(int)reader.ReadU32() + 1];
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = BlockAt(reader.ReadU32());
        }

        int values = targets[0].BranchTypes.Length;
        SettleTop(values);
        var stubs = new Dictionary<ControlBlock, Label>();
        foreach (ControlBlock target in targets)
        {
            if (target.IsFunction || values > 0)
            {
                stubs.TryAdd(target, _il.DefineLabel());
            }

            target.IsTargeted = true;
        }

        Label LabelOf(ControlBlock target) => stubs.TryGetValue(target, out Label stub) ? stub : target.Label;
        Emit(index);
        _il.Emit(OpCodes.Switch, [.. targets[..^1].Select(LabelOf)]);
        _il.Emit(OpCodes.Br, LabelOf(targets[^1]));
        foreach ((ControlBlock target, Label stub) in stubs)
        {
            _il.MarkLabel(stub);
            Branch(target);
        }

        _isUnreachable = true;
    }

    /// <summary>Makes the topmost values such that they may be pushed more than once.</summary>
    private void SettleTop(int count)
    {
        for (int i = _stack.Count - count; i < _stack.Count; i++)
        {
            if (!_stack[i].IsPlain)
            {
                _stack[i] = Spilled(_stack[i]);
            }
        }
    }

    // All values are pushed before one is stored, so none is overwritten that is still to be read. They stay usable.
    private void MoveTo(LocalBuilder[] locals, ImmutableArray<ValueType> types)
    {
        int first = _stack.Count - types.Length;
        for (int i = 0; i < locals.Length; i++)
        {
            EmitToMove(_stack[first + i], ClrTypes.Of(types[i]));
        }

        for (int i = locals.Length - 1; i >= 0; i--)
        {
            _il.Emit(OpCodes.Stloc, locals[i]);
        }
    }

    private void PushLocals(LocalBuilder[] locals, ImmutableArray<ValueType> types, bool isOwner)
    {
        for (int i = 0; i < locals.Length; i++)
        {
            _stack.Add(Node.Temp(locals[i], types[i], isOwner, isRotation: _scan.HasRotations));
        }
    }

    private void EmitReturn()
    {
        int count = _type.Results.Length;
        if (count == 1)
        {
            EmitToMove(_stack[^1], ClrTypes.Of(_type.Results[0]));
        }
        else
        {
            int slot = 0;
            foreach (Node node in _stack.Skip(_stack.Count - count).ToArray())
            {
                ResultAddress(slot);
                EmitToMove(node, node.Clr);
                ClrTypes.StoreSlot(_il, node.Clr);
                slot += node.Type.SlotCount();
            }
        }

        _il.Emit(OpCodes.Ret);
    }

    // A value that stands on the stack still, where a branch is not taken.
    private void EmitToMove(Node node, Type type)
    {
        if (node.IsPlain)
        {
            EmitAgain(node);
        }
        else
        {
            Emit(node);
        }

        if (node.IsRaw)
        {
            _il.Emit(OpCodes.Call, node.Type == ValueType.F32 ? CanonicalSingle : CanonicalDouble);
        }

        ClrTypes.Convert(_il, node.Clr, type);
    }

    private void ResultAddress(int slot)
    {
        LoadContext(InstanceLayout.Results, OpCodes.Ldind_I);
        _il.Emit(OpCodes.Ldc_I4, slot * 8);
        _il.Emit(OpCodes.Add);
    }
}

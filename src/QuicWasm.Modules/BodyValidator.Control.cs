namespace QuicWasm.Modules;

// Blocks, branches and calls (spec: valid/instructions, section 3.3.8).
internal ref partial struct BodyValidator
{
    private void Control(Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.Block or Opcode.Loop:
                BeginBlock(opcode);
                break;
            case Opcode.If:
                FunctionType type = ReadBlockType();
                Pop(ValueType.I32);
                Pop(type.Parameters.AsSpan());
                PushControl(Opcode.If, type);
                Push(type.Parameters.AsSpan());
                break;
            case Opcode.Else:
                BeginElse();
                break;
            case Opcode.End:
                EndBlock();
                break;
            case Opcode.Br or Opcode.BrIf or Opcode.BrTable or Opcode.Return:
                Branch(opcode);
                break;
            case Opcode.BrOnNull or Opcode.BrOnNonNull:
                BranchOnNull(opcode);
                break;
            case Opcode.Call or Opcode.CallIndirect or Opcode.CallRef:
                Call(opcode);
                break;
            case Opcode.ReturnCall or Opcode.ReturnCallIndirect or Opcode.ReturnCallRef:
                TailCall(opcode);
                break;
            case Opcode.TryTable or Opcode.Throw or Opcode.ThrowRef:
                Exception(opcode);
                break;
            case Opcode.Unreachable:
                SetUnreachable();
                break;
            default:
                // A proposal that is enabled, but has no rule here, would be an error of the table.
                throw Unavailable(opcode);
        }
    }

    private void BeginBlock(Opcode opcode)
    {
        FunctionType type = ReadBlockType();
        Pop(type.Parameters.AsSpan());
        PushControl(opcode, type);
        Push(type.Parameters.AsSpan());
        if (opcode == Opcode.Loop)
        {
            Record(_reader.Position, ResumePointKinds.LoopHeader);
        }
    }

    private void BeginElse()
    {
        ControlFrame frame = PopControl();
        if (frame.Opcode != Opcode.If)
        {
            throw Malformed("END opcode expected: else without if");
        }

        PushControl(Opcode.Else, frame.Type);
        Push(frame.Type.Parameters.AsSpan());
    }

    private void EndBlock()
    {
        ControlFrame frame = PopControl();
        if (frame.Opcode == Opcode.If && !_module.Types.Matches(frame.Type.Parameters.AsSpan(), frame.Type.Results.AsSpan()))
        {
            throw Invalid("type mismatch: if without else must have the same parameters and results");
        }

        if (_controlCount > 0)
        {
            Push(frame.Type.Results.AsSpan());
        }
    }

    private void Branch(Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.Br:
                Pop(ReadLabel().LabelTypes);
                SetUnreachable();
                break;
            case Opcode.BrIf:
                ReadOnlySpan<ValueType> types = ReadLabel().LabelTypes;
                Pop(ValueType.I32);
                Pop(types);
                Push(types);
                break;
            case Opcode.BrTable:
                BranchTable();
                break;
            default:
                Pop(_type.Results.AsSpan());
                SetUnreachable();
                break;
        }
    }

    private void BranchOnNull(Opcode opcode)
    {
        ReadOnlySpan<ValueType> types = ReadLabel().LabelTypes;
        ValueType reference = PopReference();
        if (opcode == Opcode.BrOnNull)
        {
            Pop(types);
            Push(types);
            Push(reference.NonNull());
            return;
        }

        if (types.IsEmpty)
        {
            throw Invalid("type mismatch: a label that takes a reference expected, it takes nothing");
        }

        RequireMatch(reference.NonNull(), types[^1]);
        Pop(types[..^1]);
        Push(types[..^1]);
    }

    private void BranchTable()
    {
        int count = VectorReader.ReadCount(ref _reader, ModuleLimits.FunctionBytes, "labels");
        Pop(ValueType.I32);
        ReadOnlySpan<ValueType> checkedTypes = default;
        for (int i = 0; i <= count; i++)
        {
            ReadOnlySpan<ValueType> types = ReadLabel().LabelTypes;
            if (i > 0 && types == checkedTypes)
            {
                continue;
            }

            if (i > 0 && types.Length != checkedTypes.Length)
            {
                throw Invalid($"type mismatch: labels of {checkedTypes.Length} and of {types.Length} values");
            }

            CheckTop(types);
            checkedTypes = types;
        }

        SetUnreachable();
    }

    /// <summary>Checks that these types are on top of the stack, and leaves them there.</summary>
    private readonly void CheckTop(ReadOnlySpan<ValueType> types)
    {
        int height = _height;
        for (int i = types.Length - 1; i >= 0; i--)
        {
            height--;
            if (height >= _frameHeight)
            {
                RequireMatch(_operands[height], types[i]);
            }
            else if (!_isUnreachable)
            {
                throw Mismatch(types[i], ValueType.Unknown);
            }
        }
    }

    private void Call(Opcode opcode)
    {
        Record(_instruction, ResumePointKinds.BeforeCall);
        FunctionType type = ReadCallee(opcode);
        Pop(type.Parameters.AsSpan());
        Push(type.Results.AsSpan());
        Record(_reader.Position, ResumePointKinds.AfterCall, type.Results.Length);
    }

    // It has no point after it: its frame is gone while the callee runs.
    private void TailCall(Opcode opcode)
    {
        Record(_instruction, ResumePointKinds.BeforeCall);
        FunctionType type = ReadCallee(opcode);
        if (!_module.Types.Matches(type.Results.AsSpan(), _type.Results.AsSpan()))
        {
            throw Invalid($"type mismatch: tail call of a function of type {type} in one of type {_type}");
        }

        Pop(type.Parameters.AsSpan());
        SetUnreachable();
    }

    private FunctionType ReadCallee(Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.Call or Opcode.ReturnCall:
                return ReadFunction();
            case Opcode.CallIndirect or Opcode.ReturnCallIndirect:
                return ReadIndirectCallee();
            default:
                uint index = _reader.ReadU32();
                FunctionType type = TypeAt(index);
                Pop(ValueTypeFacts.ReferenceTo((int)index));
                return type;
        }
    }

    private FunctionType ReadFunction()
    {
        uint function = _reader.ReadU32();
        return function < (uint)_module.FunctionTypes.Length
            ? _module.FunctionTypes[(int)function]
            : throw Invalid($"unknown function {function}");
    }

    /// <summary>Reads a type and a table, and pops the index into the table.</summary>
    private FunctionType ReadIndirectCallee()
    {
        uint typeIndex = _reader.ReadU32();
        TableType table = ReadTable();
        if (!table.ElementType.IsFunctionReference())
        {
            throw Invalid("type mismatch: an indirect call needs a table of funcref");
        }

        FunctionType type = TypeAt(typeIndex);
        Pop(table.Limits.AddressType);
        return type;
    }

    private FunctionType ReadBlockType()
    {
        BlockType type = _reader.ReadBlockType();
        _module.Types.Check(type.Result, InstructionOffset);
        return type.HasTypeIndex ? TypeAt(type.TypeIndex) : ValidatedModule.BlockType(type.Result);
    }

    private readonly FunctionType TypeAt(uint index) =>
        index < (uint)_declarations.Types.Length ? _declarations.Types[(int)index] : throw Invalid($"unknown type {index}");

    private ref readonly ControlFrame ReadLabel() => ref LabelAt(_reader.ReadU32());

    private readonly ref readonly ControlFrame LabelAt(uint label)
    {
        if (label >= (uint)_controlCount)
        {
            throw Invalid($"unknown label {label}");
        }

        return ref _scratch.Controls[_controlCount - 1 - (int)label];
    }

    private void PushControl(Opcode opcode, FunctionType type)
    {
        if (_controlCount == ModuleLimits.Nesting)
        {
            throw new ModuleException(ModuleError.LimitExceeded, InstructionOffset, $"more than {ModuleLimits.Nesting} blocks in blocks");
        }

        if (_controlCount == _scratch.Controls.Length)
        {
            _scratch.GrowControls();
        }

        bool isDead = _controlCount > 0 && (_isUnreachable || _scratch.Controls[_controlCount - 1].IsDead);
        _scratch.Unreachable[_controlCount] = _isUnreachable;
        _scratch.Controls[_controlCount++] = new ControlFrame(opcode, type, _height, isDead, _unset?.Mark ?? 0);
        _frameHeight = _height;
        _isUnreachable = false;
    }

    /// <summary>Leaves the innermost block: checks its results, and restores the stack below it.</summary>
    private ControlFrame PopControl()
    {
        ControlFrame frame = _scratch.Controls[_controlCount - 1];
        Pop(frame.Type.Results.AsSpan());
        if (_height != frame.Height)
        {
            throw Invalid($"type mismatch: {_height - frame.Height} values too many at the end of the block");
        }

        _controlCount--;
        _unset?.FallBack(frame.SetLocals);
        _isUnreachable = _scratch.Unreachable[_controlCount];
        _frameHeight = _controlCount > 0 ? _scratch.Controls[_controlCount - 1].Height : 0;
        return frame;
    }

    private void SetUnreachable()
    {
        _height = _frameHeight;
        _isUnreachable = true;
    }

    private readonly void Record(int pc, ResumePointKinds kinds, int resultCount = 0)
    {
        if (_recorder is not null && !_isUnreachable && !_scratch.Controls[_controlCount - 1].IsDead)
        {
            _recorder.Add(pc, kinds, _operands.AsSpan(0, _height), resultCount);
        }
    }
}

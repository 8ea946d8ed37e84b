using System.Runtime.CompilerServices;

namespace QuicWasm.Modules;

/// <summary>
/// Validates one function body by the specification's algorithm (spec: appendix/algorithm): one pass, a stack of types and a stack
/// of blocks. The instructions stand in one file per family.
/// </summary>
internal ref partial struct BodyValidator
{
    /// <summary>In unreachable code: a reference that is not null, of whatever type is asked for.</summary>
    private const ValueType AnyReference = (ValueType)(1u << 30);

    private readonly ValidatedModule _module;
    private readonly Module _declarations;
    private readonly InstructionRow[] _rows;
    private readonly FunctionType _type;
    private readonly ValidationScratch _scratch;
    private readonly ResumePointRecorder? _recorder;
    private CodeReader _reader;
    private ReadOnlySpan<ValueType> _locals;
    private ValueType[] _operands;
    private int _height;
    private int _maximumHeight;
    private int _frameHeight;
    private int _controlCount;
    private bool _isUnreachable;
    private bool _hasVectors;

    // Locals of types without null that have not been set; null where there are none.
    private UnsetLocals? _unset;

    // Position of the opcode that is being validated, for messages.
    private int _instruction;

    private BodyValidator(ValidatedModule module, int definedIndex, ValidationScratch scratch, ResumePointRecorder? recorder)
    {
        FunctionBody body = module.Module.Functions[definedIndex];
        _module = module;
        _declarations = module.Module;
        _rows = module.Rows;
        _type = module.FunctionTypes[module.ImportedFunctionCount + definedIndex];
        _scratch = scratch;
        _recorder = recorder;
        _reader = new CodeReader(body.Code.Span, body.Offset);
        _operands = scratch.Operands;
    }

    /// <summary>Validates a body whose code is present, and tells a recorder, where one is given, of the resume points.</summary>
    /// <exception cref="ModuleException">It is malformed or invalid.</exception>
    public static FunctionLayout Validate(
        ValidatedModule module, int definedIndex, ValidationScratch scratch, ResumePointRecorder? recorder = null)
    {
        var validator = new BodyValidator(module, definedIndex, scratch, recorder);
        return validator.Run();
    }

    private FunctionLayout Run()
    {
        ValueType[] locals = _scratch.Locals;
        int localCount = LocalsReader.Read(ref _reader, _type, ref locals);
        _scratch.Locals = locals;
        _locals = locals.AsSpan(0, localCount);
        int entry = _reader.Position;
        _hasVectors = _locals.Contains(ValueType.V128);
        CheckLocals();
        PushControl(Opcode.Block, _type);
        _recorder?.Add(entry, ResumePointKinds.FunctionEntry, default);
        while (_controlCount > 0)
        {
            _instruction = _reader.Position;
            Step(_reader.ReadOpcode());
        }

        if (!_reader.AtEnd)
        {
            throw Malformed("END opcode expected: code goes on after the end of the function");
        }

        int slots = (_hasVectors ? 2 : 1) * _maximumHeight;
        return new FunctionLayout(entry, localCount, ValueTypeFacts.SlotCount(_locals), slots);
    }

    private void Step(Opcode opcode)
    {
        ref readonly InstructionRow row = ref _rows[OpcodeTable.DenseIndex(opcode)];
        switch (row.Class)
        {
            case InstructionClass.Plain:
                Apply(in row);
                break;
            case InstructionClass.Variable:
                Variable(opcode);
                break;
            case InstructionClass.Constant:
                Constant(opcode, in row);
                break;
            case InstructionClass.Control:
                Control(opcode);
                break;
            case InstructionClass.MemoryAccess:
                MemoryAccess(in row);
                break;
            case InstructionClass.MemoryLaneAccess:
                MemoryAccess(in row);
                CheckLane(row.LaneCount);
                break;
            case InstructionClass.Lane:
                CheckLane(row.LaneCount);
                Apply(in row);
                break;
            case InstructionClass.Shuffle:
                Shuffle(in row);
                break;
            case InstructionClass.Memory:
                Memory(opcode);
                break;
            case InstructionClass.Table:
                Table(opcode);
                break;
            default:
                throw Unavailable(opcode);
        }
    }

    private void Constant(Opcode opcode, in InstructionRow row)
    {
        switch (opcode)
        {
            case Opcode.I32Const:
                _ = _reader.ReadS32();
                break;
            case Opcode.I64Const:
                _ = _reader.ReadS64();
                break;
            case Opcode.F32Const:
                _reader.Skip(4);
                break;
            case Opcode.F64Const:
                _reader.Skip(8);
                break;
            default:
                _reader.Skip(16);
                break;
        }

        Push(row.Result);
    }

    /// <summary>Pops the operands and pushes the result that follow from the opcode.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Apply(in InstructionRow row)
    {
        if (row.OperandCount > 1)
        {
            if (row.OperandCount > 2)
            {
                Pop(row.Third);
            }

            Pop(row.Second);
        }

        if (row.OperandCount > 0)
        {
            Pop(row.First);
        }

        if (row.Result != ValueType.Unknown)
        {
            Push(row.Result);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Push(ValueType type)
    {
        int height = _height;
        ValueType[] operands = _operands;
        if ((uint)height >= (uint)operands.Length)
        {
            operands = Grow();
        }

        operands[height] = type;
        _hasVectors |= type == ValueType.V128;
        _height = ++height;
        if (height > _maximumHeight)
        {
            _maximumHeight = height;
        }
    }

    private void Push(ReadOnlySpan<ValueType> types)
    {
        foreach (ValueType type in types)
        {
            Push(type);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Pop(ValueType expected)
    {
        int height = _height - 1;
        if (height >= _frameHeight)
        {
            ValueType found = _operands[height];
            _height = height;
            if (found != expected)
            {
                RequireMatch(found, expected);
            }
        }
        else if (!_isUnreachable)
        {
            throw Mismatch(expected, ValueType.Unknown);
        }
    }

    private readonly void RequireMatch(ValueType found, ValueType expected)
    {
        bool matches = found == AnyReference ? expected.IsReference() : found == ValueType.Unknown || _module.Types.Matches(found, expected);
        if (!matches)
        {
            throw Mismatch(expected, found);
        }
    }

    private void Pop(ReadOnlySpan<ValueType> expected)
    {
        for (int i = expected.Length - 1; i >= 0; i--)
        {
            Pop(expected[i]);
        }
    }

    /// <summary>Pops a value of any type; Unknown where unreachable code has none.</summary>
    private ValueType PopAny()
    {
        if (_height > _frameHeight)
        {
            return _operands[--_height];
        }

        return _isUnreachable ? ValueType.Unknown : throw Invalid("type mismatch: a value expected, the stack is empty");
    }

    private ValueType[] Grow()
    {
        if (_height >= ModuleLimits.OperandStack)
        {
            throw new ModuleException(ModuleError.LimitExceeded, InstructionOffset, $"more than {ModuleLimits.OperandStack} operands");
        }

        return _operands = _scratch.GrowOperands(Math.Min(2 * _height, ModuleLimits.OperandStack));
    }

    private readonly long InstructionOffset => _reader.Offset - _reader.Position + _instruction;

    private readonly ModuleException Invalid(string detail) => new(ModuleError.Invalid, InstructionOffset, detail);

    private readonly ModuleException Malformed(string detail) => new(ModuleError.Malformed, InstructionOffset, detail);

    private readonly ModuleException Mismatch(ValueType expected, ValueType found) => Invalid(
        found == ValueType.Unknown
            ? $"type mismatch: {expected.Text()} expected, the stack is empty"
            : $"type mismatch: {expected.Text()} expected, {found.Text()} found");

    private readonly ModuleException Unavailable(Opcode opcode) => OpcodeTable.Find(opcode) is { } row
        ? new ModuleException(ModuleError.Unsupported, InstructionOffset, $"the proposal {row.Proposal} is not enabled ({row.Name})")
        : UnknownInstruction.Error(opcode, InstructionOffset);
}

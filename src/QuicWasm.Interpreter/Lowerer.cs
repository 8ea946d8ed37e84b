using System.Collections.Immutable;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

/// <summary>
/// Lowers one validated function to register code. Frames: parameters and locals, then the link, then operands; the arguments of a
/// call are the callee's first locals, so that nothing is copied. At every safe point all values are in their own slots.
/// </summary>
// SAFETY: pointers here become operands of instructions: to entries, cells and code, all of which live as long as the engine or the Store.
internal sealed unsafe partial class Lowerer
{
    private readonly InterpreterEngine _engine;
    private readonly FunctionInstance _function;
    private readonly ModuleInstance _instance;
    private readonly Module _module;
    private readonly CodeBuilder _code = new();
    private readonly OperandStack _stack;
    private readonly List<ControlBlock> _blocks = [];
    private readonly List<CodePoint> _points = [];

    // Inner ones come before those around them, because they end earlier.
    private readonly List<TryCode> _tries = [];
    private readonly int[] _localOffsets;
    private readonly ImmutableArray<ValueType> _localTypes;
    private readonly int _linkOffset;

    /// <summary>Index of the instruction that wrote the topmost value, if it may be changed or fused; else -1.</summary>
    private int _result = -1;
    private bool _isUnreachable;
    private int _skippedBlocks;

    public Lowerer(InterpreterEngine engine, FunctionInstance function)
    {
        _engine = engine;
        _function = function;
        _instance = function.Module!;
        _module = _instance.Module.Module;
        _localTypes = _instance.Module.LocalTypes(function.DefinedIndex);
        _localOffsets = new int[_localTypes.Length];
        int offset = 0;
        for (int i = 0; i < _localTypes.Length; i++)
        {
            _localOffsets[i] = offset;
            offset += _localTypes[i].SlotCount() * 8;
        }

        _linkOffset = offset;
        _stack = new OperandStack(_code, offset + FrameLink.Bytes, offset / 8);
    }

    /// <summary>Bytes of the function's frame.</summary>
    public int FrameBytes => _stack.HighWater;

    /// <summary>Where the link stands in the frame.</summary>
    public int LinkOffset => _linkOffset;

    /// <summary>Lowers the function.</summary>
    public LoweredFunction Lower()
    {
        var reader = new CodeReader(_function.Body.Code.Span, _function.Body.Offset);
        reader.Position = _instance.Module.Layout(_function.DefinedIndex).EntryPc;
        PushBlock(FunctionBlock());
        _points.Add(new CodePoint(reader.Position, 0, 0, false));
        ZeroLocals();
        while (_blocks.Count > 0)
        {
            Step(ref reader);
        }

        Instruction* code = _code.Finish();
        return new LoweredFunction(_function, code, _code.Count, [.. _points], [.. _tries], _linkOffset / 8, _function.Type.ParameterSlots, FrameBytes);
    }

    private ControlBlock FunctionBlock() => new()
    {
        Label = _code.NewLabel(),
        IsFunction = true,
        Parameters = [],
        Results = _function.Type.Results,
        Height = 0,
        Offset = _stack.Top,
    };

    private void ZeroLocals()
    {
        const int atOnce = 8;
        int slot = _function.Type.ParameterSlots;
        for (int left = (_linkOffset / 8) - slot; left > 0;)
        {
            int count = Math.Min(left, atOnce);
            _code.Emit(new HandlerKey(HandlerForm.ZeroSlots, count), slot * 8);
            slot += count;
            left -= count;
        }
    }

    private void Step(ref CodeReader reader)
    {
        int pc = reader.Position;
        Opcode opcode = reader.ReadOpcode();
        if (_isUnreachable)
        {
            SkipUnreachable(opcode, ref reader);
            return;
        }

        switch (OpcodeTable.Get(opcode).Immediate)
        {
            case ImmediateKind.MemArg:
                LowerAccess(opcode, reader.ReadMemArg());
                break;
            case ImmediateKind.None when OpcodeSemantics.Find(opcode) is not null:
                LowerNumeric(opcode);
                break;
            case ImmediateKind.I32:
                PushConstant(ValueType.I32, (uint)reader.ReadS32());
                break;
            case ImmediateKind.I64:
                PushConstant(ValueType.I64, reader.ReadS64());
                break;
            case ImmediateKind.F32:
                PushConstant(ValueType.F32, reader.ReadF32Bits());
                break;
            case ImmediateKind.F64:
                PushConstant(ValueType.F64, (long)reader.ReadF64Bits());
                break;
            case ImmediateKind.V128 or ImmediateKind.Shuffle or ImmediateKind.Lane or ImmediateKind.MemArgAndLane:
                LowerVector(opcode, ref reader);
                break;
            default:
                if (!LowerControl(opcode, pc, ref reader) && !LowerVariable(opcode, ref reader))
                {
                    LowerBulk(opcode, ref reader);
                }

                break;
        }
    }

    private void PushConstant(ValueType type, long bits)
    {
        _stack.PushConstant(type, bits);
        _result = -1;
    }

    /// <summary>Pushes the result of the instruction that is about to be emitted, and gives the register to write.</summary>
    private int PushResult(ValueType type)
    {
        _result = _code.Count;
        return _stack.PushSlot(type);
    }

    private ImmutableArray<ValueType> ParametersOf(BlockType type) => type.HasTypeIndex ? _module.Types[(int)type.TypeIndex].Parameters : [];

    private ImmutableArray<ValueType> ResultsOf(BlockType type) =>
        type.HasTypeIndex ? _module.Types[(int)type.TypeIndex].Results : type.IsEmpty ? [] : [type.Result];
}

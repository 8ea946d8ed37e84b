using System.Collections.Immutable;
using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

/// <summary>
/// Compiles one validated function to CIL: its normal version, or a version that is entered at a safe point with the values of a frame. Values stay trees (<see cref="Node"/>) until an effect needs them. At every safe point locals are in locals of IL, and
/// operands are nodes that can be computed again, so that a frame can be written from there; that code stands behind the function's own.
/// </summary>
internal sealed partial class FunctionCompiler
{
    private readonly ICodeScope _code;
    private readonly InstanceLayout _layout;
    private readonly ValidatedModule _module;
    private readonly FunctionType _type;
    private readonly int _definedIndex;
    private readonly int _entryPc;
    private readonly ILGenerator _il;
    private readonly ImmutableArray<ValueType> _localTypes;
    private readonly FunctionScan _scan;
    private readonly LocalBuilder?[] _locals;
    private readonly int[] _localSlots;
    private readonly List<Node> _stack = [];
    private readonly List<ControlBlock> _blocks = [];
    private readonly List<Action> _cold = [];
    private readonly Dictionary<Type, Stack<LocalBuilder>> _free = [];
    private CheckedAddresses _checked;
    private bool _isUnreachable;
    private int _skippedBlocks;

    /// <param name="code">Where the module's code stands.</param>
    /// <param name="definedIndex">The function.</param>
    /// <param name="entryPc">The safe point where the version is entered, or -1 for the normal one.</param>
    /// <param name="scan">What a look over it found.</param>
    /// <param name="il">Where the code goes.</param>
    public FunctionCompiler(ICodeScope code, int definedIndex, int entryPc, FunctionScan scan, ILGenerator il)
    {
        _code = code;
        _isGuarded = code.Variant.IsGuarded;
        _layout = code.Layout;
        _module = code.Module;
        _definedIndex = definedIndex;
        _entryPc = entryPc;
        _scan = scan;
        _il = il;
        _type = _module.FunctionTypes[_module.ImportedFunctionCount + definedIndex];
        _localTypes = _module.LocalTypes(definedIndex);
        _counted = CountedLoopFinder.Find(_module, definedIndex);
        _liveness = new Liveness(_module, definedIndex, _localTypes.Length);
        _locals = new LocalBuilder?[_localTypes.Length];
        _localSlots = new int[_localTypes.Length];
        int slot = 0;
        for (int i = 0; i < _localTypes.Length; i++)
        {
            _localSlots[i] = slot;
            slot += _localTypes[i].SlotCount();
            bool isArgument = i < _type.Parameters.Length && !IsVersion;
            _locals[i] = isArgument ? null : il.DeclareLocal(ClrTypes.Of(_localTypes[i]));
        }

        _frameSlots = slot;
        _memory = il.DeclareLocal(typeof(nint));
        _memoryLength = il.DeclareLocal(typeof(ulong));
        _cell = il.DeclareLocal(typeof(nint));
    }

    /// <summary>Offsets in the CIL where the code of a pc is over: at safe points, in their order.</summary>
    public List<(int Offset, int Pc)> Places { get; } = [];

    /// <summary>Where the function's own code ends, and that of rare things begins.</summary>
    public int WarmLength { get; private set; }

    private bool IsVersion => _entryPc >= 0;

    /// <summary>Emits the whole function.</summary>
    public void Compile()
    {
        FunctionBody body = _module.Module.Functions[_definedIndex];
        var reader = new CodeReader(body.Code.Span, body.Offset) { Position = _module.Layout(_definedIndex).EntryPc };
        EmitEntry(reader.Position);
        _blocks.Add(new ControlBlock
        {
            Label = _il.DefineLabel(),
            Kind = Opcode.Nop,
            Parameters = [],
            Results = _type.Results,
            Height = 0,
            Assigned = 0,
            Checked = default,
        });
        while (_blocks.Count > 0)
        {
            Step(ref reader);
        }

        WarmLength = _il.ILOffset;

        // Cold code may add cold code of its own.
        for (int i = 0; i < _cold.Count; i++)
        {
            _cold[i]();
        }

        EmitTraps();
        EmitEnds();
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
                Access(opcode, reader.ReadMemArg(), -1);
                break;
            case ImmediateKind.MemArgAndLane:
                MemArg access = reader.ReadMemArg();
                Access(opcode, access, reader.ReadByte());
                break;
            case ImmediateKind.None when Runtime.OpcodeSemantics.Find(opcode) is not null:
                Operate(opcode, -1);
                break;
            case ImmediateKind.Lane:
                Operate(opcode, reader.ReadByte());
                break;
            case ImmediateKind.Shuffle:
                Push(Node.VectorConstant(reader.ReadV128()));
                Operate(opcode, -1);
                break;
            case ImmediateKind.I32:
                Push(Node.Constant(ValueType.I32, (uint)reader.ReadS32()));
                break;
            case ImmediateKind.I64:
                Push(Node.Constant(ValueType.I64, (ulong)reader.ReadS64()));
                break;
            case ImmediateKind.F32:
                Push(Node.Constant(ValueType.F32, reader.ReadF32Bits()));
                break;
            case ImmediateKind.F64:
                Push(Node.Constant(ValueType.F64, reader.ReadF64Bits()));
                break;
            case ImmediateKind.V128:
                Push(Node.VectorConstant(reader.ReadV128()));
                break;
            default:
                if (!Control(opcode, pc, ref reader) && !Variable(opcode, ref reader))
                {
                    Bulk(opcode, ref reader);
                }

                break;
        }
    }

    private void Push(Node node)
    {
        if (node.Size > Node.SizeLimit)
        {
            SettleBefore(node);
            node = Spilled(node);
        }

        _stack.Add(node);
    }

    private Node Pop()
    {
        Node node = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return node;
    }

    private Node[] Pop(int count)
    {
        Node[] nodes = [.. _stack.GetRange(_stack.Count - count, count)];
        _stack.RemoveRange(_stack.Count - count, count);
        return nodes;
    }

    /// <summary>Computes the value now.</summary>
    private Node Spilled(Node node)
    {
        Emit(node);
        LocalBuilder local = TakeLocal(node.Clr);
        _il.Emit(OpCodes.Stloc, local);
        return Node.Temp(local, node.Type, isOwner: true, node.IsRaw, node.IsRotation);
    }

    /// <summary>
    /// Computes, in their order, the operands that <paramref name="isTouched"/> says an effect would change; and those before them that
    /// trap before one of these does.
    /// </summary>
    private void Settle(Func<Node, bool> isTouched)
    {
        int lastTrap = _stack.FindLastIndex(n => n.IsUnsafe && isTouched(n));
        for (int i = 0; i < _stack.Count; i++)
        {
            if (isTouched(_stack[i]) || (i < lastTrap && _stack[i].IsUnsafe))
            {
                _stack[i] = Spilled(_stack[i]);
            }
        }
    }

    /// <summary>Before a value is computed that was above all operands: what traps before it does so first.</summary>
    private void SettleBefore(Node value)
    {
        if (value.IsUnsafe)
        {
            SettleTraps();
        }
    }

    /// <summary>Before an effect that the program can see: what may trap does so first.</summary>
    private void SettleTraps() => Settle(static n => n.IsUnsafe);

    /// <summary>Before a write to a memory.</summary>
    private void SettleMemory() => Settle(static n => n.CanTrap || n.ReadsMemory);

    /// <summary>Before a call, which may change memories and globals.</summary>
    private void SettleAll() => Settle(static n => n.CanTrap || n.ReadsMemory || n.ReadsGlobal || n.Kind == NodeKind.Operation);

    private LocalBuilder TakeLocal(Type type) =>
        _free.TryGetValue(type, out Stack<LocalBuilder>? free) && free.Count > 0 ? free.Pop() : _il.DeclareLocal(type);

    private void Release(LocalBuilder local)
    {
        if (!_free.TryGetValue(local.LocalType, out Stack<LocalBuilder>? free))
        {
            free = new Stack<LocalBuilder>();
            _free.Add(local.LocalType, free);
        }

        free.Push(local);
    }

    private ImmutableArray<ValueType> ParametersOf(BlockType type) =>
        type.HasTypeIndex ? _module.Module.Types[(int)type.TypeIndex].Parameters : [];

    private ImmutableArray<ValueType> ResultsOf(BlockType type) =>
        type.HasTypeIndex ? _module.Module.Types[(int)type.TypeIndex].Results : type.IsEmpty ? [] : [type.Result];
}

using QuicWasm.Modules;

namespace QuicWasm.Interpreter;

/// <summary>
/// The operand stack while code is lowered: every value has a slot of its own in the frame, but stays where it comes from (a local,
/// a constant) as long as nothing needs the slot.
/// </summary>
internal sealed class OperandStack
{
    private static readonly HandlerKey ConstantKey = new(HandlerForm.Constant);
    private static readonly HandlerKey VectorConstantKey = new(HandlerForm.VectorConstant);

    private readonly List<Operand> _operands = [];
    private readonly CodeBuilder _code;
    private readonly int _baseOffset;
    private readonly int[] _aliases;
    private int _firstLazy;

    /// <summary>Makes an empty stack whose first slot is at <paramref name="baseOffset"/>, in a frame with so many slots of locals.</summary>
    public OperandStack(CodeBuilder code, int baseOffset, int localSlots)
    {
        _code = code;
        _baseOffset = baseOffset;
        _aliases = new int[localSlots];
        Top = baseOffset;
        HighWater = baseOffset;
    }

    /// <summary>How many values there are.</summary>
    public int Count => _operands.Count;

    /// <summary>Where the next value's slot is.</summary>
    public int Top { get; private set; }

    /// <summary>The largest that <see cref="Top"/> has been.</summary>
    public int HighWater { get; private set; }

    /// <summary>Slots that the values take.</summary>
    public int SlotCount => (Top - _baseOffset) / 8;

    /// <summary>A value, counted from the bottom.</summary>
    public Operand this[int index] => _operands[index];

    /// <summary>Pushes a value that an instruction writes to its slot; gives the slot.</summary>
    public int PushSlot(ValueType type) => Push(new Operand(type, OperandPlace.Slot, Top));

    /// <summary>Pushes the value of a local.</summary>
    public void PushLocal(ValueType type, int localOffset)
    {
        _aliases[localOffset / 8]++;
        Push(new Operand(type, OperandPlace.Local, Top, Local: localOffset));
    }

    /// <summary>Pushes a constant; of a v128, the low bits come first.</summary>
    public void PushConstant(ValueType type, long bits, long highBits = 0) =>
        Push(new Operand(type, OperandPlace.Constant, Top, Bits: bits, HighBits: highBits));

    /// <summary>Takes the topmost value.</summary>
    public Operand Pop()
    {
        Operand operand = _operands[^1];
        _operands.RemoveAt(_operands.Count - 1);
        Top = operand.Slot;
        _firstLazy = Math.Min(_firstLazy, _operands.Count);
        if (operand.Place == OperandPlace.Local)
        {
            _aliases[operand.Local / 8]--;
        }

        return operand;
    }

    /// <summary>Takes the topmost value; gives the register that holds it.</summary>
    public int PopRegister() => RegisterOf(Pop());

    /// <summary>The register that holds a popped value; a constant is put into its slot.</summary>
    public int RegisterOf(Operand operand)
    {
        switch (operand.Place)
        {
            case OperandPlace.Local:
                return operand.Local;
            case OperandPlace.Constant:
                CopyTo(operand, operand.Slot);
                return operand.Slot;
            default:
                return operand.Slot;
        }
    }

    /// <summary>Puts every value into its own slot.</summary>
    public void Flush() => FlushFrom(0);

    /// <summary>Puts the values from an index on into their own slots.</summary>
    public void FlushFrom(int index)
    {
        for (int i = Math.Max(index, _firstLazy); i < _operands.Count; i++)
        {
            Settle(i);
        }

        if (index <= _firstLazy)
        {
            _firstLazy = _operands.Count;
        }
    }

    /// <summary>Puts those values that are still in a local into their own slots; the local is about to change.</summary>
    public void DetachLocal(int localOffset)
    {
        for (int i = _firstLazy; _aliases[localOffset / 8] > 0; i++)
        {
            if (_operands[i].Place == OperandPlace.Local && _operands[i].Local == localOffset)
            {
                Settle(i);
            }
        }
    }

    /// <summary>Whether a value of the stack is still in the local.</summary>
    public bool IsAliased(int localOffset) => _aliases[localOffset / 8] > 0;

    /// <summary>Copies a value to a place in the frame.</summary>
    public void CopyTo(Operand operand, int destination)
    {
        if (operand.IsImmediate)
        {
            _code.EmitWide(ConstantKey, destination, 0, operand.Bits);
            return;
        }

        if (operand.Place == OperandPlace.Constant)
        {
            _code.EmitPooled(VectorConstantKey, new UInt128((ulong)operand.HighBits, (ulong)operand.Bits), destination);
            return;
        }

        int source = operand.Place == OperandPlace.Local ? operand.Local : operand.Slot;
        if (source != destination)
        {
            _code.Emit(new HandlerKey(HandlerForm.Copy, operand.Type.SlotCount()), destination, source);
        }
    }

    /// <summary>Takes values away until as many as given are left.</summary>
    public void Truncate(int count)
    {
        while (_operands.Count > count)
        {
            Pop();
        }
    }

    private int Push(Operand operand)
    {
        _operands.Add(operand);
        Top += operand.Type.SlotCount() * 8;
        HighWater = Math.Max(HighWater, Top);
        return operand.Slot;
    }

    private void Settle(int index)
    {
        Operand operand = _operands[index];
        if (operand.Place == OperandPlace.Slot)
        {
            return;
        }

        CopyTo(operand, operand.Slot);
        if (operand.Place == OperandPlace.Local)
        {
            _aliases[operand.Local / 8]--;
        }

        _operands[index] = new Operand(operand.Type, OperandPlace.Slot, operand.Slot);
    }
}

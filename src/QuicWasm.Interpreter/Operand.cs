namespace QuicWasm.Interpreter;

/// <summary>Where a value of the operand stack is while code is lowered.</summary>
internal enum OperandPlace : byte
{
    /// <summary>In its own slot of the frame.</summary>
    Slot,

    /// <summary>Still in a local; it is copied when the local is about to change, or at a safe point.</summary>
    Local,

    /// <summary>A constant that no register holds yet.</summary>
    Constant,
}

/// <summary>One value of the operand stack while code is lowered.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Place">Where it is.</param>
/// <param name="Slot">Its own slot: a byte offset in the frame.</param>
/// <param name="Local">For Local: the local's byte offset in the frame.</param>
/// <param name="Bits">For Constant: its bits; of a v128 the low ones.</param>
/// <param name="HighBits">For Constant of type v128: its high bits.</param>
internal readonly record struct Operand(ValueType Type, OperandPlace Place, int Slot, int Local = 0, long Bits = 0, long HighBits = 0)
{
    /// <summary>Whether it is a constant that fits an instruction's wide operand.</summary>
    public bool IsImmediate => Place == OperandPlace.Constant && Type != ValueType.V128;
}

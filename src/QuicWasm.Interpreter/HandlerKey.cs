namespace QuicWasm.Interpreter;

/// <summary>The shapes of handlers. Each is emitted once for every operation that is used with it.</summary>
internal enum HandlerForm : byte
{
    /// <summary>A = op(B).</summary>
    Unary,

    /// <summary>A = op(B, C).</summary>
    Binary,

    /// <summary>A = op(B, constant in Wide).</summary>
    BinaryConstant,

    /// <summary>A = op(B, C, D).</summary>
    Ternary,

    /// <summary>A = op(B, C, the 16 bytes at distance D from the instruction).</summary>
    Shuffle,

    /// <summary>A = load at B + offset; Wide is offset + width.</summary>
    Load,

    /// <summary>A = D with the key's lane replaced by a load at B + C.</summary>
    LoadLane,

    /// <summary>Store B, or its lane that the key names, at A + offset; Wide is offset + width.</summary>
    Store,

    /// <summary>Store the 32-bit constant B at A + offset; Wide is offset + width.</summary>
    StoreConstant,

    /// <summary>Jump by C if op(A, B).</summary>
    CompareBranch,

    /// <summary>Jump by C if op(A, constant B).</summary>
    CompareBranchConstant,

    /// <summary>Jump by C if A is not zero.</summary>
    Branch,

    /// <summary>Jump by C.</summary>
    Jump,

    /// <summary>Jump by the entry number A (at most B, the last) of the table of 32-bit offsets at Wide.</summary>
    BranchTable,

    /// <summary>A = B, of as many slots as the operation's number says.</summary>
    Copy,

    /// <summary>A = constant in Wide.</summary>
    Constant,

    /// <summary>A = the 16 bytes at distance D from the instruction.</summary>
    VectorConstant,

    /// <summary>A = D is not zero ? B : C, of as many slots as the operation's number says.</summary>
    Select,

    /// <summary>A = the slots at Wide, as many as the operation's number says.</summary>
    GlobalGet,

    /// <summary>The slots at Wide, as many as the operation's number says, = A.</summary>
    GlobalSet,

    /// <summary>Zero as many slots as the operation's number says, from A on.</summary>
    ZeroSlots,

    /// <summary>Call the entry at Wide, whose frame begins at A.</summary>
    Call,

    /// <summary>Tail call of the entry at Wide, of the same instance; the arguments begin at A, and the link is at B.</summary>
    TailCall,

    /// <summary>Return; the link is at B.</summary>
    Return,

    /// <summary>Return A, of as many slots as the operation's number says; the link is at B.</summary>
    ReturnOne,

    /// <summary>Return C bytes from A on; the link is at B.</summary>
    ReturnMany,

    /// <summary>Go back to the memory cell at Wide, after a call that may have left the instance.</summary>
    UseMemory,

    /// <summary>Go on at the instruction at Wide.</summary>
    Goto,

    /// <summary>A = size of the memory in pages.</summary>
    MemorySize,

    /// <summary>Operands that belong to the instruction before; never executed.</summary>
    Operands,

    /// <summary>Leave the interpreter.</summary>
    Exit,

    /// <summary>Call the managed operation, which says where to go on.</summary>
    Managed,
}

/// <summary>Which handler: a shape, an operation, for jumps their sense and direction, and for vectors the lane.</summary>
/// <param name="Form">The shape.</param>
/// <param name="Operation">An opcode, a <see cref="ManagedOperation"/>, or a count; 0 where the shape needs none.</param>
/// <param name="IsNegated">Jumps when the condition is false.</param>
/// <param name="IsBackward">Jumps to a loop header, which is a safe point.</param>
/// <param name="IsOther">For loads and stores: not in memory 0, but in the memory whose cell is at Wide of the next instruction, which is passed over.</param>
/// <param name="Is64">For loads and stores: in a memory of 64-bit addresses, whose cell is at Wide of the next instruction, which is passed over; the offset is in its A and B.</param>
/// <param name="Lane">The lane of an operation that takes one: a constant there costs less than to look it up in the instruction.</param>
internal readonly record struct HandlerKey(
    HandlerForm Form, int Operation = 0, bool IsNegated = false, bool IsBackward = false, byte Lane = 0, bool IsOther = false, bool Is64 = false)
{
    /// <summary>The handler's name in stack traces.</summary>
    public override string ToString() => $"{Form}_{Operation:x}{(IsNegated ? "_not" : "")}{(IsBackward ? "_back" : "")}{(Lane > 0 ? $"_{Lane}" : "")}{(IsOther ? "_other" : "")}{(Is64 ? "_64" : "")}";
}

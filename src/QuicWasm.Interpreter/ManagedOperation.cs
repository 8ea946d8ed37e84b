namespace QuicWasm.Interpreter;

/// <summary>Operations that are C# methods of <see cref="ManagedOperations"/>, by name; beside each, what the operands mean.</summary>
internal enum ManagedOperation
{
    /// <summary>Traps: out of bounds memory access.</summary>
    TrapOutOfBounds,

    /// <summary>Traps: unreachable.</summary>
    Unreachable,

    /// <summary>A call that needs more than the fast path: lowering, a safe point, or the end of the stack. As HandlerForm.Call.</summary>
    CallSlowly,

    /// <summary>A loop header whose poll cell is set.</summary>
    Poll,

    /// <summary>Call the host function at address Wide from the instance at address B; its arguments begin at A.</summary>
    CallHost,

    /// <summary>Call the entry at Wide of another instance; its frame begins at A. UseMemory follows.</summary>
    CallImport,

    /// <summary>Call element B of table C, of type number D; the frame begins at A. UseMemory follows.</summary>
    CallIndirect,

    /// <summary>Call the function that B refers to, of type number D; the frame begins at A. UseMemory follows.</summary>
    CallReference,

    /// <summary>A tail call that needs more than the fast path. As HandlerForm.TailCall.</summary>
    TailCallSlowly,

    /// <summary>Tail call of the entry at Wide of another instance; the arguments begin at A, and the link is at B.</summary>
    TailCallImport,

    /// <summary>Tail call of element B of table C, of type number D; the arguments begin at A. A return of results that begin there follows.</summary>
    TailCallIndirect,

    /// <summary>Tail call of the function that B refers to, of type number D; the arguments begin at A. A return follows as for TailCallIndirect.</summary>
    TailCallReference,

    /// <summary>Throw an exception with tag Wide, whose values begin at A.</summary>
    Throw,

    /// <summary>Throw the exception that A refers to.</summary>
    ThrowReference,

    /// <summary>As CallHost, in tail position: what the function throws is not caught by this frame.</summary>
    TailCallHost,

    /// <summary>Traps if A is null.</summary>
    RequireNonNull,

    /// <summary>A = size of memory C in pages.</summary>
    MemorySize,

    /// <summary>A = grow memory C by B pages.</summary>
    MemoryGrow,

    /// <summary>Fill at A with B, C bytes.</summary>
    MemoryFill,

    /// <summary>Copy to A from B, C bytes.</summary>
    MemoryCopy,

    /// <summary>Copy to A from B of data instance D, C bytes.</summary>
    MemoryInit,

    /// <summary>Fill memory D at A with B, C bytes.</summary>
    MemoryFillOther,

    /// <summary>Copy to A from B, C bytes. In the next instruction: A is the destination memory, B the source memory.</summary>
    MemoryCopyOther,

    /// <summary>Copy to A from B of data instance D, C bytes. In the next instruction: A is the memory.</summary>
    MemoryInitOther,

    /// <summary>Drop data instance A.</summary>
    DataDrop,

    /// <summary>A = element B of table C.</summary>
    TableGet,

    /// <summary>Element A of table C = B.</summary>
    TableSet,

    /// <summary>A = length of table C.</summary>
    TableSize,

    /// <summary>A = grow table D by C elements with value B.</summary>
    TableGrow,

    /// <summary>Fill table D at A with B, C elements.</summary>
    TableFill,

    /// <summary>Copy to A from B, C elements. In the next instruction: A is the destination table, B the source table.</summary>
    TableCopy,

    /// <summary>Copy to A from B, C elements. In the next instruction: A is the table, B the element instance.</summary>
    TableInit,

    /// <summary>Drop element instance A.</summary>
    ElemDrop,
}

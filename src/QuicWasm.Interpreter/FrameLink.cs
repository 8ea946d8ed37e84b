namespace QuicWasm.Interpreter;

/// <summary>What stands in a frame between its locals and its operands.</summary>
// SAFETY: the pointers are written by calls and by StackCopier only, and are those of live code, frames and entries.
internal unsafe struct FrameLink
{
    public const int Bytes = 24;

    /// <summary>Where the caller goes on.</summary>
    public Instruction* ReturnAddress;

    /// <summary>The caller's frame; null in the bottom frame.</summary>
    public byte* Caller;

    /// <summary>The function that this frame is of.</summary>
    public FunctionEntry* Function;
}

namespace QuicWasm.Runtime;

/// <summary>What compiled code tests at safe points.</summary>
internal struct SafePointCell
{
    /// <summary>Compared with the stack pointer at function entries: the end of the stack, or all ones when there is something to ask.</summary>
    public ulong StackLimit;

    /// <summary>Not zero when a safe point has something to ask.</summary>
    public int Poll;

    /// <summary>Not zero while a suspension takes the stack down, frame by frame.</summary>
    public int Unwinding;
}

namespace QuicWasm.Modules;

/// <summary>Why execution can be resumed at a pc; there may be several reasons.</summary>
[Flags]
public enum ResumePointKinds
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The function's first instruction.</summary>
    FunctionEntry = 1,

    /// <summary>The first instruction inside of a loop: where a branch to the loop goes.</summary>
    LoopHeader = 2,

    /// <summary>A call, not yet done: its arguments are on the stack.</summary>
    BeforeCall = 4,

    /// <summary>The instruction after a call, whose results are on the stack.</summary>
    AfterCall = 8,
}

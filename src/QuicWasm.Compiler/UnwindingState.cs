namespace QuicWasm.Compiler;

/// <summary>What callers find after a call.</summary>
internal enum UnwindingState
{
    /// <summary>The call returned.</summary>
    None = 0,

    /// <summary>The callee was suspended, and has written its frame.</summary>
    Frames = 1,

    /// <summary>The callee is a function of the host that was not called, or was interrupted: the call is issued again after the resume.</summary>
    HostCall = 2,

    /// <summary>The callee threw an exception, or let one pass.</summary>
    Exception = 3,
}

namespace QuicWasm.Runtime;

/// <summary>
/// Runs the functions of one runtime. Engines share the frame format (<see cref="Frame"/>), so that a stack captured by one is
/// resumed by any other. An engine runs one computation at a time.
/// </summary>
public interface IEngine : IDisposable
{
    /// <summary>The engine's name, as options give it.</summary>
    string Name { get; }

    /// <summary>Calls a function and runs until it returns or is suspended.</summary>
    /// <param name="function">The function.</param>
    /// <param name="arguments">Its arguments, in slots.</param>
    /// <param name="results">Where its results go, in slots, unless the outcome is a suspension.</param>
    /// <exception cref="TrapException">The program trapped.</exception>
    ExecutionOutcome Invoke(FunctionInstance function, ReadOnlySpan<ulong> arguments, Span<ulong> results);

    /// <summary>
    /// Goes on with a captured stack until its bottom frame returns or it is suspended again. Every resume gets further: the safe point
    /// where it begins is not counted again, and a call of the host that waits there is issued.
    /// </summary>
    /// <param name="stack">The stack; every frame has been checked by <see cref="StackVerifier"/>.</param>
    /// <param name="results">Where the bottom frame's results go.</param>
    /// <exception cref="TrapException">The program trapped.</exception>
    ExecutionOutcome Resume(CallStack stack, Span<ulong> results);
}

/// <summary>How a computation left an engine.</summary>
/// <param name="Stack">The captured stack of a suspension, or null where the computation completed.</param>
public readonly record struct ExecutionOutcome(CallStack? Stack)
{
    /// <summary>The computation returned.</summary>
    public static ExecutionOutcome Completed => default;

    /// <summary>Whether the computation was suspended.</summary>
    public bool IsSuspended => Stack is not null;
}

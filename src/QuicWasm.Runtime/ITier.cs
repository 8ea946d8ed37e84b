namespace QuicWasm.Runtime;

/// <summary>
/// Faster code for some functions. An engine that starts at once (<see cref="IBaselineEngine"/>) hands their calls over, and loops that
/// run already. All members are called on the computation's thread.
/// </summary>
public interface ITier
{
    /// <summary>Told at a safe point for which a sample was asked (<see cref="Interruption.RequestSample"/>).</summary>
    /// <param name="stack">Addresses of the functions on the baseline's stack, innermost first; some of them, of a deep stack.</param>
    void OnSample(ReadOnlySpan<int> stack);

    /// <summary>Asked before a function's first call; what the answer true means is that calls go to <see cref="Call"/> from now on.</summary>
    bool Takes(FunctionInstance function);

    /// <summary>Asked at the header of a loop that runs: whether the tier goes on with it.</summary>
    /// <param name="function">The function.</param>
    /// <param name="pc">The loop header.</param>
    bool TakesLoop(FunctionInstance function, int pc);

    /// <summary>Calls a function that the tier takes.</summary>
    /// <param name="function">The function.</param>
    /// <param name="arguments">Its arguments, in slots.</param>
    /// <param name="results">Where its results go.</param>
    /// <exception cref="TrapException">The program trapped.</exception>
    ExecutionOutcome Call(FunctionInstance function, ReadOnlySpan<ulong> arguments, Span<ulong> results);

    /// <summary>Goes on with one activation that stands at the header of a loop, until it returns or is suspended.</summary>
    /// <param name="function">The function.</param>
    /// <param name="pc">The loop header.</param>
    /// <param name="locals">The locals, in slots.</param>
    /// <param name="operands">The operand stack, in slots.</param>
    /// <param name="results">Where the function's results go.</param>
    /// <exception cref="TrapException">The program trapped.</exception>
    ExecutionOutcome Continue(FunctionInstance function, int pc, ReadOnlySpan<ulong> locals, ReadOnlySpan<ulong> operands, Span<ulong> results);
}

/// <summary>An engine that starts at once, runs everything, and can hand functions over to a faster tier.</summary>
public interface IBaselineEngine : IEngine
{
    /// <summary>Sets the tier; once, before anything runs.</summary>
    void Attach(ITier tier);

    /// <summary>Lets calls of the function go to the tier from now on. On the computation's thread.</summary>
    void HandOver(FunctionInstance function);
}

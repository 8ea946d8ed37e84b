using System.Collections.Immutable;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

// Exceptions of Wasm. In compiled code one is a state that functions return with; to the baseline, and out of the engine, it is a TrapException.
public sealed partial class CompilerEngine
{
    private readonly List<(FunctionInstance Function, int Pc)> _passed = [];
    private ImmutableArray<TraceFrame> _traceBefore = [];

    /// <summary>What is being thrown, or null.</summary>
    internal ExceptionInstance? Thrown { get; private set; }

    /// <summary>Begins to throw.</summary>
    /// <param name="exception">What.</param>
    /// <param name="trace">The frames that it has left already, in another engine.</param>
    internal void Throw(ExceptionInstance exception, ImmutableArray<TraceFrame> trace = default)
    {
        Thrown = exception;
        _traceBefore = trace.IsDefault ? [] : trace;
        _passed.Clear();
        Unwinding = UnwindingState.Exception;
    }

    /// <summary>The exception was caught.</summary>
    internal void EndThrow()
    {
        Thrown = null;
        Unwinding = UnwindingState.None;
    }

    /// <summary>A function lets it pass.</summary>
    internal void Pass(FunctionInstance function, int pc)
    {
        if (_passed.Count < TrapException.TraceLimit)
        {
            _passed.Add((function, pc));
        }
    }

    // Compiled code without safe points tests nothing behind its calls: what is thrown passes it by, as traps do.
    private bool IsState(TrapException trap) => trap.Thrown is not null && _hasSafePoints;

    private TrapException TakeThrown()
    {
        var trap = new TrapException(Thrown!, _traceBefore);
        ImmutableArray<TraceFrame> passed = [.. _passed.Select(static p => new TraceFrame(p.Function.DisplayName, p.Pc))];
        trap.Extend(passed);
        EndThrow();
        return trap;
    }

    // The references to exceptions that a frame of .NET holds cannot be found; those of captured frames can. So the computation comes here at a safe point,
    // and goes on at once, when there are many.
    private ExecutionOutcome AfterCollection(ExecutionOutcome outcome, Span<ulong> results)
    {
        Interruption interruption = Context.Interruption;
        while (outcome.Stack is { } stack && _depth == 1 && interruption.TakePause())
        {
            Context.Store.Exceptions.Collect([.. stack.Frames.SelectMany(static f => f.Locals.Concat(f.Operands))]);
            if (interruption.IsRequested)
            {
                break;
            }

            WatchBaseline();
            outcome = _baseline.Resume(stack, results);
        }

        return outcome;
    }

    // Nothing runs any more: no frame holds a reference.
    private void CollectAtEnd()
    {
        if (Context.Interruption.TakePause())
        {
            Context.Store.Exceptions.Collect([]);
        }
    }
}

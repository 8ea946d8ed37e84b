using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>
/// A program: a runtime and what is still to be done in it, which is a suspended computation or none, and then calls. It owns the
/// runtime. One thread runs it; <see cref="RequestFreeze"/> may be called from any.
/// </summary>
public sealed class RunningProgram : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<PendingCall> _calls;
    private Phase _phase = Phase.Ready;

    /// <summary>Makes a program of a runtime and the calls to make in it, in order.</summary>
    /// <param name="context">The runtime; it is disposed with the program.</param>
    /// <param name="calls">The calls: for a command its module's start function, if it has one, and <c>_start</c>.</param>
    public RunningProgram(RuntimeContext context, params IEnumerable<PendingCall> calls)
        : this(context, null, calls, null)
    {
    }

    internal RunningProgram(RuntimeContext context, CallStack? stack, IEnumerable<PendingCall> calls, RestoredParts? restored)
    {
        Context = context;
        Stack = stack;
        Restored = restored;
        _calls = new Queue<PendingCall>(calls);
    }

    private enum Phase
    {
        Ready,
        Running,
        Frozen,
        Ended,
        Disposed,
    }

    /// <summary>The runtime.</summary>
    public RuntimeContext Context { get; }

    /// <summary>The suspended computation, or null where none has begun.</summary>
    public CallStack? Stack { get; private set; }

    /// <summary>The calls still to be made after it, in order.</summary>
    public IReadOnlyCollection<PendingCall> Calls => _calls;

    /// <summary>The results of the call that completed last, in slots.</summary>
    public ReadOnlyMemory<ulong> LastResults { get; private set; }

    /// <summary>The function that completed last, or null.</summary>
    public FunctionInstance? LastFunction { get; private set; }

    /// <summary>Whether something is left to be done.</summary>
    public bool HasWork => Stack is not null || _calls.Count > 0;

    /// <summary>The parts that the program was restored from, or null.</summary>
    internal RestoredParts? Restored { get; }

    /// <summary>Runs until nothing is left to be done, the program exits, or it is suspended.</summary>
    /// <exception cref="TrapException">The program trapped; it is over.</exception>
    /// <exception cref="InvalidOperationException">The program runs, is frozen, or is over.</exception>
    public ProgramStatus Run()
    {
        Pass(Phase.Ready, Phase.Running);
        Phase next = Phase.Ended;
        try
        {
            ProgramStatus status = RunCalls();
            next = status.Outcome == ProgramOutcome.Suspended ? Phase.Ready : Phase.Ended;
            return status;
        }
        finally
        {
            Pass(Phase.Running, next);
        }
    }

    /// <summary>Asks the program to stop at its next safe point. Any thread may call it, at any time.</summary>
    public void RequestFreeze()
    {
        lock (_lock)
        {
            if (_phase != Phase.Disposed)
            {
                Context.Interruption.Request();
            }
        }
    }

    /// <summary>Ends the program and frees its runtime. A frozen program belongs to its image, and ends with that.</summary>
    /// <exception cref="InvalidOperationException">The program runs.</exception>
    public void Dispose() => Dispose(ofImage: false);

    /// <summary>An image takes the program over: it cannot run.</summary>
    internal void Freeze() => Pass(Phase.Ready, Phase.Frozen);

    /// <summary>The image gives the program back.</summary>
    internal void Thaw() => Pass(Phase.Frozen, Phase.Ready);

    internal void Dispose(bool ofImage)
    {
        lock (_lock)
        {
            if (_phase == Phase.Running)
            {
                throw new InvalidOperationException("a program cannot be disposed while it runs; ask it to stop first");
            }

            if (_phase == Phase.Disposed || (_phase == Phase.Frozen && !ofImage))
            {
                return;
            }

            _phase = Phase.Disposed;
        }

        Context.Dispose();
    }

    private ProgramStatus RunCalls()
    {
        try
        {
            while (HasWork)
            {
                Step();
                if (Stack is not null)
                {
                    return ProgramStatus.Suspended;
                }
            }

            return ProgramStatus.Completed;
        }
        catch (Exception e) when ((e is TrapException or ProgramExitException or ModuleException) && Context.Interruption.Loss is not null)
        {
            // Whatever the program came to, it may have come of a page that did not arrive.
            throw new TrapException(TrapKind.PartUnavailable, Context.Interruption.Loss, e);
        }
        catch (ProgramExitException e)
        {
            _calls.Clear();
            return ProgramStatus.Exited(e.ExitCode);
        }
        catch (ModuleException e)
        {
            // Functions are validated when they are first needed: what arrived with an image may be wrong.
            throw new TrapException(TrapKind.PartUnavailable, $"the code of a function is not valid: {e.Message}", e);
        }
    }

    /// <summary>Goes on with the stack, or makes the next call.</summary>
    private void Step()
    {
        ExecutionOutcome outcome;
        FunctionInstance function;
        ulong[] results;
        if (Stack is { } stack)
        {
            Stack = null;
            function = Context.Store.Functions[stack.Frames[0].FunctionAddress];
            results = new ulong[function.Type.ResultSlots];
            outcome = Context.Resume(stack, results);
        }
        else
        {
            PendingCall call = _calls.Dequeue();
            function = Context.Store.Functions[call.FunctionAddress];
            results = new ulong[function.Type.ResultSlots];
            outcome = Context.Invoke(function, call.Arguments.AsSpan(), results);
        }

        Context.Interruption.ThrowIfLost();
        Stack = outcome.Stack;
        if (outcome.IsSuspended)
        {
            // Cleared here and not before going on: a request that comes while the program is suspended must still hold then.
            Context.Interruption.Clear();
        }
        else
        {
            LastResults = results;
            LastFunction = function;
        }
    }

    private void Pass(Phase from, Phase to)
    {
        lock (_lock)
        {
            if (_phase != from)
            {
                throw new InvalidOperationException($"the program is {_phase.ToString().ToLowerInvariant()}, not {from.ToString().ToLowerInvariant()}");
            }

            _phase = to;
        }
    }
}

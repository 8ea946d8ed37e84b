using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>A program that runs on a thread of its own until it ends, or somebody has it frozen.</summary>
public sealed class HostedProgram(RunningProgram program, string name) : IHostedProgram
{
    private readonly Lock _lock = new();
    private TaskCompletionSource<IImageSource>? _freeze;
    private Capturing _how;
    private Phase _phase;

    private enum Capturing
    {
        Stops,
        StopsFlat,
        GoesOn,
    }

    private enum Phase
    {
        Ready,
        Running,
        FrozenBeforeItRan,
        Over,
    }

    /// <inheritdoc/>
    public Guid Id { get; } = Guid.NewGuid();

    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <summary>Whether the program was frozen, and is its image's.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>Called on the program's thread, just before its first instruction.</summary>
    public Action? Begins { get; init; }

    /// <summary>Runs the program on a thread of its own.</summary>
    /// <returns>How it ended; Suspended where it was frozen, and belongs to its image now.</returns>
    /// <exception cref="QuicWasm.Runtime.TrapException">The program trapped.</exception>
    public Task<ProgramStatus> RunAsync()
    {
        lock (_lock)
        {
            // RACE: a peer or a signal may come between the listening and this; then the program is its image's already.
            if (_phase == Phase.FrozenBeforeItRan)
            {
                return Task.FromResult(ProgramStatus.Suspended);
            }

            if (_phase != Phase.Ready)
            {
                throw new InvalidOperationException($"the program {Name} runs already, or is over");
            }

            _phase = Phase.Running;
        }

        return RunHereAsync();
    }

    private async Task<ProgramStatus> RunHereAsync()
    {
        await new ThreadOfItsOwn("program");
        return Run();
    }

    /// <inheritdoc/>
    public Task<IImageSource> FreezeAsync(bool isFlat, CancellationToken cancellationToken) =>
        CaptureAsync(isFlat ? Capturing.StopsFlat : Capturing.Stops, cancellationToken);

    /// <inheritdoc/>
    public Task<IImageSource> ForkAsync(CancellationToken cancellationToken) => CaptureAsync(Capturing.GoesOn, cancellationToken);

    private Task<IImageSource> CaptureAsync(Capturing how, CancellationToken cancellationToken)
    {
        TaskCompletionSource<IImageSource> freeze;
        lock (_lock)
        {
            if (_phase is Phase.Over or Phase.FrozenBeforeItRan)
            {
                throw Ended();
            }

            if (_phase == Phase.Ready)
            {
                FrozenImage image = Capture(how);
                IsFrozen = how != Capturing.GoesOn;
                _phase = how == Capturing.GoesOn ? Phase.Ready : Phase.FrozenBeforeItRan;
                return Task.FromResult<IImageSource>(image);
            }

            if (_freeze is not null)
            {
                throw new MigrationException(MigrationError.FreezeFailed, $"the program {Name} is being frozen already");
            }

            freeze = _freeze = new TaskCompletionSource<IImageSource>(TaskCreationOptions.RunContinuationsAsynchronously);
            _how = how;
        }

        // RACE: the program may end before the request reaches it; then the freeze fails, when the run notices that.
        program.RequestFreeze();
        return WaitAsync(freeze, cancellationToken);
    }

    private static async Task<IImageSource> WaitAsync(TaskCompletionSource<IImageSource> freeze, CancellationToken cancellationToken)
    {
        await using (cancellationToken.Register(() => freeze.TrySetCanceled(cancellationToken)))
        {
            return await freeze.Task;
        }
    }

    private ProgramStatus Run()
    {
        try
        {
            Begins?.Invoke();
            while (true)
            {
                ProgramStatus status = program.Run();
                if (status.Outcome != ProgramOutcome.Suspended || TryFreeze())
                {
                    return status;
                }
            }
        }
        finally
        {
            lock (_lock)
            {
                _phase = Phase.Over;
                _freeze?.TrySetException(Ended());
            }
        }
    }

    /// <summary>Captures the suspended program. False where it is forked, or cannot be captured, or nobody waits any more: then it goes on.</summary>
    private bool TryFreeze()
    {
        TaskCompletionSource<IImageSource>? freeze;
        Capturing how;
        lock (_lock)
        {
            freeze = _freeze;
            how = _how;
            _freeze = null;
        }

        if (freeze is null)
        {
            return false;
        }

        FrozenImage image;
        try
        {
            image = Capture(how);
        }
        catch (ImageException e)
        {
            freeze.TrySetException(e);
            return false;
        }

        IsFrozen = how != Capturing.GoesOn;
        if (freeze.TrySetResult(image))
        {
            return how != Capturing.GoesOn;
        }

        if (how == Capturing.GoesOn)
        {
            image.Dispose();
        }
        else
        {
            IsFrozen = false;
            image.Thaw();
        }

        return false;
    }

    private FrozenImage Capture(Capturing how) =>
        how == Capturing.GoesOn ? ProgramCapture.Fork(program) : ProgramCapture.Capture(program, isFlat: how == Capturing.StopsFlat);

    private MigrationException Ended() => new(MigrationError.FreezeFailed, $"the program {Name} has ended; there is nothing to freeze");
}

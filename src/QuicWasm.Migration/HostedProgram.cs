using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>A program that runs on a thread of its own until it ends, or somebody has it frozen.</summary>
public sealed class HostedProgram(RunningProgram program, string name) : IHostedProgram
{
    private readonly Lock _lock = new();
    private TaskCompletionSource<IImageSource>? _freeze;
    private bool _goesOn;
    private Phase _phase;

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

        return Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public Task<IImageSource> FreezeAsync(CancellationToken cancellationToken) => CaptureAsync(goesOn: false, cancellationToken);

    /// <inheritdoc/>
    public Task<IImageSource> ForkAsync(CancellationToken cancellationToken) => CaptureAsync(goesOn: true, cancellationToken);

    private Task<IImageSource> CaptureAsync(bool goesOn, CancellationToken cancellationToken)
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
                FrozenImage image = goesOn ? ProgramCapture.Fork(program) : ProgramCapture.Capture(program);
                _phase = goesOn ? Phase.Ready : Phase.FrozenBeforeItRan;
                return Task.FromResult<IImageSource>(image);
            }

            if (_freeze is not null)
            {
                throw new MigrationException(MigrationError.FreezeFailed, $"the program {Name} is being frozen already");
            }

            freeze = _freeze = new TaskCompletionSource<IImageSource>(TaskCreationOptions.RunContinuationsAsynchronously);
            _goesOn = goesOn;
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
        bool goesOn;
        lock (_lock)
        {
            freeze = _freeze;
            goesOn = _goesOn;
            _freeze = null;
        }

        if (freeze is null)
        {
            return false;
        }

        FrozenImage image;
        try
        {
            image = goesOn ? ProgramCapture.Fork(program) : ProgramCapture.Capture(program);
        }
        catch (ImageException e)
        {
            freeze.TrySetException(e);
            return false;
        }

        if (freeze.TrySetResult(image))
        {
            return !goesOn;
        }

        if (goesOn)
        {
            image.Dispose();
        }
        else
        {
            image.Thaw();
        }

        return false;
    }

    private MigrationException Ended() => new(MigrationError.FreezeFailed, $"the program {Name} has ended; there is nothing to freeze");
}

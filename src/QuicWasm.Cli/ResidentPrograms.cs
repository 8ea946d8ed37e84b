using System.Collections.Concurrent;
using QuicWasm.Migration;
using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary>
/// The programs of a node that stays up: each is resumed on order in a runtime of its own, its output goes to files of its own, and
/// peers can freeze it again. When the node stops, programs that run are frozen to files.
/// </summary>
internal sealed partial class ResidentPrograms(CommandConsole console, ProgramOptions options, RunningNodeOptions running, string folder, int limit) : IOrderTaker
{
    private const int EndsKept = 8192;

    private readonly ConcurrentDictionary<Guid, Task<OrderedEnd>> _programs = new();
    private readonly ConcurrentQueue<Guid> _ended = new();
    private readonly ConcurrentDictionary<Guid, HostedProgram> _running = new();
    private int _count;

    /// <summary>The node whose peers may freeze them.</summary>
    public required Func<MemoryNode> Node { get; init; }

    /// <summary>Whether each program's migration is reported beside its output when the program has ended.</summary>
    public bool WritesReports { get; init; }

    /// <summary>Called when something is ordered.</summary>
    public Action Ordered { get; init; } = static () => { };

    /// <inheritdoc/>
    public async Task<OrderReceipt> ResumeAsync(ResumeOrder order, CancellationToken cancellationToken)
    {
        Ordered();
        TransportEndpoint source = Parse(order.Source);
        Occupy(1);

        var id = Guid.NewGuid();
        ProgramFiles? files = null;
        try
        {
            files = new ProgramFiles(folder, id);
            MigratedProgram migrated = await new RunningNode(Transports.All, running)
                .ResumeAsync(source, order.Request, ProgramLoader.Configure(options with { Streams = files.Streams }), cancellationToken);
            console.Say($"program {id} came from {source}");
            _programs[id] = RunAsync(id, migrated, files);
            return new OrderReceipt(id, files.OutputFile);
        }
        catch (Exception e)
        {
            Interlocked.Decrement(ref _count);
            files?.Remove();
            if (e is IOException or UnauthorizedAccessException)
            {
                throw new MigrationException(MigrationError.RestoreFailed, $"there can be no files for the program's output: {e.Message}", e);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<OrderedEnd> WaitAsync(Guid program, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!_programs.TryGetValue(program, out Task<OrderedEnd>? run))
        {
            throw new MigrationException(MigrationError.UnknownProgram, $"no program {program} was ordered here, or it ended long ago");
        }

        await Task.WhenAny(run, Task.Delay(patience, cancellationToken));
        return run.IsCompleted ? await run : new OrderedEnd(OrderedOutcome.Running, 0, "");
    }

    /// <summary>Freezes every program that runs to an image file beside its output. One that cannot be is named, and ends with the process.</summary>
    public async Task FreezeAllAsync()
    {
        foreach ((Guid id, HostedProgram hosted) in _running)
        {
            try
            {
                Guid image = await Node().FreezeAsync(hosted.Id, isFlat: true, CancellationToken.None);
                using IImageSource source = await Node().WithdrawAsync(image);
                string file = Path.Combine(Path.GetFullPath(folder), $"{id}.image");
                ImageFile.Write(source, file);
                console.Say($"program {id} is frozen to {file}");
            }
            catch (Exception e) when (e is MigrationException or ImageException or IOException or UnauthorizedAccessException)
            {
                // RACE: it may have ended, or have a new owner, since it was looked up; else it is lost, and that is said.
                console.Say($"program {id} is not kept: {e.Message}");
            }
        }
    }

    // Places of programs, which are given back one by one.
    private void Occupy(int places)
    {
        if (Interlocked.Add(ref _count, places) > limit)
        {
            int others = Interlocked.Add(ref _count, -places);
            throw new MigrationException(
                MigrationError.LimitExceeded, $"{others} programs run here already, and at most {limit} may, which leaves no room for {places}; start the node with a greater --max-programs");
        }
    }

    private static TransportEndpoint Parse(string source)
    {
        try
        {
            return TransportEndpoint.Parse(source);
        }
        catch (TransportException e)
        {
            throw new MigrationException(MigrationError.InvalidOption, e.Message, e);
        }
    }

    private async Task<OrderedEnd> RunAsync(Guid id, MigratedProgram migrated, ProgramFiles files)
    {
        MigrationReport report = migrated.Migration.Report;
        var hosted = new HostedProgram(migrated.Program, $"{id}")
        {
            Begins = () =>
            {
                report.MarkFirstInstruction();
                console.Say($"program {id} runs; ms after its order: {report.Steps}");
            },
        };
        Node().Add(hosted);
        _running[id] = hosted;
        OrderedEnd end;
        try
        {
            end = await RunAsync(hosted, migrated);
            if (WritesReports)
            {
                Report(files, report);
            }
        }
        finally
        {
            _running.TryRemove(id, out _);
            await LetGoAsync(hosted, migrated.Migration);
            files.Dispose();
            Interlocked.Decrement(ref _count);
            Forget(id);
        }

        console.Say($"program {id}: {(end.Text.Length > 0 ? end.Text : $"ended with exit code {end.ExitCode}")}");
        return end;
    }

    // In no-cow the memory node is let go while the program begins; in cow when nothing is left to fetch, which may be after its end.
    private async Task<OrderedEnd> RunAsync(HostedProgram hosted, MigratedProgram migrated)
    {
        bool isWhole = migrated.Migration.Report.AllArrived is not null;
        Task letGo = isWhole ? ResumeCommand.LetGoAsync(console, migrated.Migration, CancellationToken.None) : Task.CompletedTask;
        OrderedEnd end = await EndOfAsync(hosted, migrated.Program);
        await letGo;
        if (!isWhole && end.Outcome != OrderedOutcome.Frozen)
        {
            await ResumeCommand.FinishAsync(console, migrated.Migration, CancellationToken.None);
        }

        return end;
    }

    // A frozen program's pages may still come through its migration, until its image is gone from here.
    private async Task LetGoAsync(HostedProgram hosted, Migration.Migration migration)
    {
        Task gone = await WhenImageGoneAsync(hosted);
        Node().Remove(hosted.Id);
        if (!hosted.IsFrozen)
        {
            await migration.DisposeAsync();
            return;
        }

        _ = gone.ContinueWith(
            _ => ResumeCommand.LetGoAsync(console, migration, CancellationToken.None), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Unwrap();
    }

    private async Task<Task> WhenImageGoneAsync(HostedProgram hosted)
    {
        if (!hosted.IsFrozen)
        {
            return Task.CompletedTask;
        }

        // The freeze that was asked for keeps the image at the node; asked again, the node names the same one.
        Guid image = await Node().FreezeAsync(hosted.Id);
        return Node().WhenGoneAsync(image);
    }

    private static async Task<OrderedEnd> EndOfAsync(HostedProgram hosted, RunningProgram program)
    {
        OrderedEnd end;
        try
        {
            ProgramStatus status = await hosted.RunAsync();
            if (status.Outcome == ProgramOutcome.Suspended)
            {
                return new OrderedEnd(OrderedOutcome.Frozen, 0, "it was frozen, and is its image's");
            }

            end = new OrderedEnd(OrderedOutcome.Completed, status.ExitCode, "");
        }
        catch (TrapException e)
        {
            end = new OrderedEnd(OrderedOutcome.Trapped, ExitCode.Trap, $"it trapped: {e.Message}");
        }

        program.Dispose();
        return end;
    }

    // A disk that is full is no reason for the program to have ended otherwise than it did.
    private void Report(ProgramFiles files, MigrationReport report)
    {
        try
        {
            JsonReport.Write(files.ReportFile, report);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            console.Say($"no report {files.ReportFile}: {e.Message}");
        }
    }

    private void Forget(Guid ended)
    {
        _ended.Enqueue(ended);
        while (_ended.Count > EndsKept && _ended.TryDequeue(out Guid oldest))
        {
            _programs.TryRemove(oldest, out _);
        }
    }
}

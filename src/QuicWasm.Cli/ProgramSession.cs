using System.Runtime.InteropServices;
using QuicWasm.Migration;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary>
/// A program's stay in this process: it runs until it ends, or until it is frozen, which a peer, a signal or an option can ask for. A frozen
/// program is kept, and served, until another node owns it or its image is in a file.
/// </summary>
internal sealed class ProgramSession(CommandConsole console, RunningProgram program, string name, SessionOptions options)
{
    // SIGUSR1 of Linux: POSIX leaves it to applications, and .NET takes the raw number.
    private const int UserSignal = 10;

    private static readonly TimeSpan DrainDeadline = TimeSpan.FromSeconds(2);

    private volatile bool _isSignalled;

    /// <summary>Called just before the program runs.</summary>
    public Action? Starting { get; init; }

    /// <summary>Runs the program; gives the exit code of the process.</summary>
    public Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (options.Fuel is { } fuel)
        {
            program.Context.Interruption.LimitFuel(fuel);
        }

        return options.FreezeAfter is { } safePoints ? RunUntilAsync(safePoints, cancellationToken) : RunHostedAsync(cancellationToken);
    }

    private async Task<int> RunUntilAsync(long safePoints, CancellationToken cancellationToken)
    {
        program.Context.Interruption.RequestAfter(safePoints);
        Starting?.Invoke();
        ProgramStatus status = await Task.Factory.StartNew(program.Run, TaskCreationOptions.LongRunning);
        if (status.Outcome != ProgramOutcome.Suspended)
        {
            console.Say($"the program ended before its safe point {safePoints}");
            return End(status);
        }

        return await KeepAsync(ProgramCapture.Capture(program), cancellationToken);
    }

    private async Task<int> RunHostedAsync(CancellationToken cancellationToken)
    {
        await using var node = new MemoryNode(new MemoryNodeOptions
        {
            Name = $"quicwasm {Environment.ProcessId}",
            PeerFailed = e => console.Say(e.Message),
        });
        var hosted = new HostedProgram(program, name) { Begins = Starting };
        node.Add(hosted);
        using PosixSignalRegistration? signal = options.FreezeTo is null || OperatingSystem.IsWindows()
            ? null
            : PosixSignalRegistration.Create((PosixSignal)UserSignal, s => FreezeOnSignal(s, node, hosted));
        if (options.Listen is { } endpoint)
        {
            TransportEndpoint actual = await node.ListenAsync(Transports.All, endpoint, options.Transport, cancellationToken);
            console.Say($"listening on {actual}");
        }

        ProgramStatus status = await hosted.RunAsync();
        if (status.Outcome != ProgramOutcome.Suspended)
        {
            node.Remove(hosted.Id);
            int exitCode = End(status);
            await OutliveAsync(node, cancellationToken);
            return exitCode;
        }

        return await LeaveAsync(node, hosted, cancellationToken);
    }

    // The program was forked: what children have not fetched yet of its images is here only.
    private async Task OutliveAsync(MemoryNode node, CancellationToken cancellationToken)
    {
        bool isShared = false;
        foreach (ImageEntry image in node.Images)
        {
            isShared = true;
            console.Say($"image {image.Id} stays here for its children");
            await node.WhenGoneAsync(image.Id, cancellationToken);
        }

        if (isShared)
        {
            await DrainAsync(console, node);
        }
    }

    /// <summary>Lets peers close their connections before the process ends; says so where some do not.</summary>
    internal static async Task DrainAsync(CommandConsole console, MemoryNode node)
    {
        if (await node.DrainAsync(DrainDeadline) is > 0 and var left)
        {
            console.Say($"{left} connections were still open {DrainDeadline.TotalSeconds:0} s after they were needed, and are closed from here");
        }
    }

    // A command has no results; an export that was asked for may have some.
    private int End(ProgramStatus status)
    {
        if (status.Outcome == ProgramOutcome.Completed && program.LastFunction is { } function)
        {
            foreach (string result in ValueText.Format(function.Type.Results, program.LastResults.Span))
            {
                console.Output.WriteLine(result);
            }
        }

        if (options.ShowsProfile)
        {
            ProfilePrinter.Print(console, program.Context.Engine);
        }

        program.Dispose();
        return status.ExitCode;
    }

    // What comes of it is seen where the run ends.
    private void FreezeOnSignal(PosixSignalContext signal, MemoryNode node, HostedProgram hosted)
    {
        // Else the process would be ended as by a signal that nobody handles.
        signal.Cancel = true;
        _isSignalled = true;
        node.FreezeAsync(hosted.Id).ContinueWith(
            freeze => console.Say(freeze.Exception!.GetBaseException().Message), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    private async Task<int> LeaveAsync(MemoryNode node, HostedProgram hosted, CancellationToken cancellationToken)
    {
        // The freeze that was asked for keeps the image at the node; asked again, the node names the same one.
        Guid image = await node.FreezeAsync(hosted.Id, cancellationToken);
        if (_isSignalled && await TryWithdrawAsync(node, image) is { } frozen)
        {
            return await KeepAsync(frozen, cancellationToken);
        }

        console.Say($"frozen as image {image}");
        await node.WhenGoneAsync(image, cancellationToken);
        console.Say($"image {image} has a new owner");
        await DrainAsync(console, node);
        return ExitCode.Success;
    }

    // RACE: a peer may have claimed the image before the signal came; then it is that peer's to take.
    private async Task<FrozenImage?> TryWithdrawAsync(MemoryNode node, Guid image)
    {
        try
        {
            return (FrozenImage)await node.WithdrawAsync(image);
        }
        catch (MigrationException e) when (e.Error is MigrationError.ImageClaimed or MigrationError.ImageCommitted or MigrationError.UnknownImage)
        {
            console.Say(e.Message);
            return null;
        }
    }

    // A file that cannot be written must not cost the program: it goes on here.
    private async Task<int> KeepAsync(FrozenImage image, CancellationToken cancellationToken)
    {
        try
        {
            ImageFile.Write(image, options.FreezeTo!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ImageException)
        {
            console.Say($"{e.Message}; the program goes on here");
            image.Thaw();
            _isSignalled = false;
            return await RunHostedAsync(cancellationToken);
        }

        image.Dispose();
        console.Say($"frozen to {options.FreezeTo}");
        return ExitCode.Success;
    }
}

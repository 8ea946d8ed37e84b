using QuicWasm.Migration;
using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary>
/// What a node does when it has just started and nobody has ordered anything: it moves a program that only counts to itself, over TCP and through its pager,
/// until the JIT has compiled what a move runs through. Otherwise each of the first thirty moves competes with the JIT for the processor.
/// </summary>
internal sealed class WarmUp(RunningNodeOptions running, Configure configure, Action<string> say)
{
    /// <summary>The JIT compiles anew what was called thirty times, counted from a pause on.</summary>
    public const int DefaultMoves = 40;

    private const int MovesBeforePause = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    // (module (func (export "_start") (local i32) (loop (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 0x7fffffff))))) (memory 1))
    private static readonly byte[] Counter =
    [
        0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
        1, 4, 1, 0x60, 0, 0,
        3, 2, 1, 0,
        5, 3, 1, 0, 1,
        7, 10, 1, 6, (byte)'_', (byte)'s', (byte)'t', (byte)'a', (byte)'r', (byte)'t', 0, 0,
        0x0a, 25, 1, 23, 1, 1, 0x7f, 0x03, 0x40, 0x20, 0, 0x41, 1, 0x6a, 0x22, 0, 0x41, 0xff, 0xff, 0xff, 0xff, 7, 0x49, 0x0d, 0, 0x0b, 0x0b,
    ];

    private static readonly MigrationRequest Request = new() { FreezesProgram = true, Options = new GranularityOptions(Mode: CopyMode.Cow) };

    /// <summary>Moves so often, which it says then, or until it is cancelled. A node that cannot do that says why; it is slower at first, and nothing else.</summary>
    public async Task RunAsync(int moves, CancellationToken cancellationToken)
    {
        try
        {
            await using var node = new MemoryNode(new MemoryNodeOptions { Name = running.Name });

            // Whoever finds the port finds a program that counts.
            TransportEndpoint endpoint = await node.ListenAsync(
                Transports.All, TransportEndpoint.Parse("tcp:127.0.0.1:0"), TransportOptions.Default, cancellationToken);
            for (int i = 0; i < moves; i++)
            {
                if (i == MovesBeforePause)
                {
                    await Task.Delay(Pause, cancellationToken);
                }

                await MoveAsync(node, endpoint, cancellationToken);
            }

            say($"warm: moved a program to itself {moves} times");
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // An order has come, or the node ends. What was under way may have failed in any way, and nobody needs it.
        }
        catch (Exception e) when (e is MigrationException or TransportException or TrapException or ImageException)
        {
            say($"not warm, so the first moves take longer: {e.Message}");
        }
    }

    private async Task MoveAsync(MemoryNode node, TransportEndpoint endpoint, CancellationToken cancellationToken)
    {
        var source = new HostedProgram(Load(), "warm-up");
        node.Add(source);
        Task<ProgramStatus> before = source.RunAsync();
        try
        {
            MigratedProgram moved = await new RunningNode(Transports.All, running).ResumeAsync(endpoint, Request, configure, cancellationToken);
            await using Migration.Migration migration = moved.Migration;
            var destination = new HostedProgram(moved.Program, "warm-up");
            await EndAsync(destination, destination.RunAsync());
            await migration.FinishAsync(cancellationToken);
        }
        finally
        {
            node.Remove(source.Id);
            await EndAsync(source, before);
        }
    }

    // It runs for seconds where it was not frozen, or where who wanted it frozen has been cancelled.
    private static async Task EndAsync(HostedProgram program, Task<ProgramStatus> run)
    {
        while (!run.IsCompleted)
        {
            try
            {
                (await program.FreezeAsync(isFlat: false, CancellationToken.None)).Dispose();
            }
            catch (MigrationException)
            {
                await Task.WhenAny(run, Task.Delay(LookAgain));
            }
        }

        await run;
    }

    private RunningProgram Load()
    {
        var context = new RuntimeContext(configure);
        ModuleInstance main = context.Instantiate(ModuleLoader.Load(Counter));
        return new RunningProgram(context, new PendingCall(main.Function("_start").Address));
    }
}

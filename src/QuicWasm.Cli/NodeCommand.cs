using System.CommandLine;
using QuicWasm.Migration;
using QuicWasm.Runtime;
using QuicWasm.Transport;
using QuicWasm.Wasi;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm node --listen ENDPOINT</c>: stays up, and resumes programs on order.</summary>
internal static class NodeCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "node";

    /// <summary>How long a node that is stopped may take to freeze its programs, before it is ended all the same.</summary>
    public static readonly TimeSpan StopDeadline = TimeSpan.FromMinutes(1);

    public static Command Create(CommandConsole console)
    {
        var session = new SessionOptionSet(hostsOrders: true);
        var output = new Option<string>("--output-folder") { Description = "Where programs' output goes: ID.out and ID.err", DefaultValueFactory = _ => "." };
        var limit = new Option<int>("--max-programs") { Description = "How many programs may run at once", DefaultValueFactory = _ => 16 };
        var reports = new Option<bool>("--reports") { Description = "Writes times and counts of each program's migration beside its output, as a JSON object: ID.json" };
        var warmUp = new Option<int>("--warm-up")
        {
            Description = "How often it moves a small program to itself when it has started, until something is ordered, so that its code is compiled; 0: not at all",
            DefaultValueFactory = _ => WarmUp.DefaultMoves,
        };
        var deadlines = new DeadlineOptionSet();
        var command = new Command(Name, "Stays up, and resumes programs that resume --at orders; peers can freeze them again") { output, limit, reports, warmUp };
        deadlines.AddTo(command);
        session.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = parsed.GetRequiredValue(output);
            if (!Directory.Exists(folder) || parsed.GetRequiredValue(limit) < 1)
            {
                throw new UsageException($"--output-folder {folder}, --max-programs {parsed.GetRequiredValue(limit)}: give a folder that is there, and a number from 1 on");
            }

            SessionOptions options = session.SessionOptions(parsed, console);
            TransportEndpoint endpoint = options.Listen ?? throw new UsageException("give --listen: where orders come in, such as tls:0.0.0.0:7100");
            MemoryNode? node = null;
            string nodeName = $"quicwasm node {Environment.ProcessId}";
            using Pager pager = PagerCommand.Of(session.Transport, parsed);
            RunningNodeOptions running = deadlines.Options(parsed, console) with
            {
                Name = nodeName,
                Transport = options.Transport,
                Pager = pager,
                CountsTouches = parsed.GetValue(reports),
            };
            PagerCommand.StartAhead(pager, console);
            using CancellationTokenSource ordered = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            ProgramOptions ofPrograms = session.ProgramOptions(parsed, console);
            var programs = new ResidentPrograms(console, ofPrograms, running, folder, parsed.GetRequiredValue(limit))
            {
                Node = () => node!,
                WritesReports = parsed.GetValue(reports),
                Ordered = ordered.Cancel,
            };
            await using (node = new MemoryNode(new MemoryNodeOptions { Name = nodeName, Orders = programs, PeerFailed = e => console.Say(e.Message) }))
            {
                console.Say($"listening on {await node.ListenAsync(Transports.All, endpoint, options.Transport, cancellationToken)}");
                Task warming = WarmUpAsync(running, ofPrograms, parsed.GetValue(warmUp), console, ordered.Token);
                int exitCode = await WaitAsync(console, programs, cancellationToken);
                await ordered.CancelAsync();
                await warming;
                return exitCode;
            }
        });
        return command;
    }

    // Its programs have no streams, and nothing of them is kept.
    private static Task WarmUpAsync(RunningNodeOptions running, ProgramOptions options, int moves, CommandConsole console, CancellationToken cancellationToken)
    {
        if (moves <= 0 || running.Pager?.ProcessId is null)
        {
            return Task.CompletedTask;
        }

        Configure configure = ProgramLoader.Configure(options with
        {
            Streams = (WasiStandardStream.Null, WasiStandardStream.Null, WasiStandardStream.Null),
            Preopens = [],
            Sockets = [],
            Cache = null,
        });
        return Task.Run(() => new WarmUp(running with { CountsTouches = false, LinkLost = null }, configure, console.Say).RunAsync(moves, cancellationToken), CancellationToken.None);
    }

    private static async Task<int> WaitAsync(CommandConsole console, ResidentPrograms programs, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            console.Say("stopping");
            await programs.FreezeAllAsync();
        }

        return ExitCode.Success;
    }
}

using System.CommandLine;
using QuicWasm.Migration;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm pager</c>: the process beside a running node that brings missing pages. Nodes start it themselves.</summary>
internal static class PagerCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "pager";

    private const string SocketOption = "--socket";

    public static Command Create()
    {
        var socket = new Option<string>(SocketOption) { Description = "Where the running node listens", Required = true };
        var transport = new TransportOptionSet();
        var command = new Command(Name, "Answers the page faults of a running node, which starts it itself") { socket };
        command.Hidden = true;
        transport.AddTo(command, listens: false);
        command.SetAction(parsed =>
        {
            var silent = new CommandConsole(TextWriter.Null, TextWriter.Null);
            TransportEndpoint[] authenticated = transport.Arguments(parsed).Any() ? [TransportEndpoint.Parse("quic:127.0.0.1:1")] : [];
            TransportOptions options = transport.Options(parsed, silent, authenticated);
            PagerServer.Run(parsed.GetRequiredValue(socket), Transports.All, new RunningNodeOptions
            {
                Name = $"quicwasm pager {Environment.ProcessId}",
                Transport = options,
            });
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>The pager of a node, with the node's identity; it is not started yet.</summary>
    public static Pager Of(TransportOptionSet transport, ParseResult parsed)
    {
        // Started by "dotnet QuicWasm.Cli.dll", the program is dotnet.
        string program = Environment.ProcessPath!;
        string assembly = Path.Combine(AppContext.BaseDirectory, $"{typeof(PagerCommand).Assembly.GetName().Name}.dll");
        string[] first = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [assembly] : [];
        return new Pager(new PagerOptions(program, [.. first, Name, .. transport.Arguments(parsed), SocketOption]));
    }

    /// <summary>Starts the pager, where a program that is resumed here will need it.</summary>
    public static void Warm(Pager pager, MigrationRequest request)
    {
        if (request.Options is not { Mode: CopyMode.Cow, EagerMemory: false })
        {
            return;
        }

        try
        {
            pager.Start();
        }
        catch (MigrationException)
        {
            // Whoever needs the pager starts it again, and says why it cannot be.
        }
    }

    /// <summary>Starts the pager, or says why programs cannot be resumed lazily here; all else works without.</summary>
    public static void StartAhead(Pager pager, CommandConsole console)
    {
        try
        {
            pager.Start();
        }
        catch (MigrationException e)
        {
            console.Say($"in mode cow only with --eager-memory: {e.Message}");
        }
    }
}

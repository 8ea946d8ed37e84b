using System.CommandLine;
using System.Text;
using QuicWasm.Migration;
using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm resume SOURCE</c>: from an image file, or from a memory node.</summary>
internal static class ResumeCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "resume";

    private const string StandingBy = "-";

    public static Command Create(CommandConsole console)
    {
        var source = new Argument<string>("source") { Description = "An image file, or where a memory node listens, such as tcp:127.0.0.1:7000; - stands by, and reads one of them from the standard input" };
        var session = new SessionOptionSet();
        var migration = new MigrationOptionSet();
        var at = new Option<string?>("--at") { Description = "Has this node (quicwasm node) resume the program, and waits for its end; its output goes to files there" };
        var detach = new Option<bool>("--detach") { Description = "With --at: does not wait for the program's end" };
        var deadlines = new DeadlineOptionSet();
        var command = new Command(Name, "Resumes a frozen program here, or at a node that stays up") { source, at, detach };
        deadlines.AddTo(command);
        session.AddTo(command);
        migration.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            Pager pager = PagerCommand.Of(session.Transport, parsed);
            string from = parsed.GetRequiredValue(source);
            if (parsed.GetValue(at) is { } destination)
            {
                session.RefuseLocal(parsed, "--at");
                if (migration.WantsCode(parsed, null))
                {
                    throw new UsageException("--binary compiled and --at do not go together");
                }

                TransportEndpoint there = session.Transport.Endpoint(parsed, destination);
                MigrationRequest request = migration.Request(parsed);
                ResumeOrder OrderFrom(string from) => new($"{SourceOfOrder(session.Transport, parsed, from)}", request);
                ResumeOrder? known = from == StandingBy ? null : OrderFrom(from);
                return RemoteResume.RunAsync(
                    console, there, () => known ?? OrderFrom(SourceFromInput(console)), session.Transport.Options(parsed, console, there), !parsed.GetValue(detach), cancellationToken);
            }

            if (from == StandingBy)
            {
                PagerCommand.Warm(pager, migration.Request(parsed));
                from = SourceFromInput(console);
            }

            Configure configure = ProgramLoader.Configure(session.ProgramOptions(parsed, console));
            TransportEndpoint? node = session.Transport.IsEndpoint(parsed, from) ? session.Transport.Endpoint(parsed, from) : null;
            SessionOptions options = session.SessionOptions(parsed, console, node);
            return node is not null
                ? FromNodeAsync(
                    console, node, migration.Request(parsed), migration.WantsCode(parsed, node), configure, options, pager,
                    deadlines.Options(parsed, console),
                    cancellationToken)
                : FromFileAsync(console, from, configure, options, cancellationToken);
        });
        return command;
    }

    // Byte by byte: what comes after the line is the program's.
    private static string SourceFromInput(CommandConsole console)
    {
        console.Say("standing by: the source comes as a line on the standard input");
        using Stream input = Console.OpenStandardInput();
        var line = new List<byte>();
        for (int next; (next = input.ReadByte()) is not (-1 or '\n');)
        {
            line.Add((byte)next);
        }

        return line.Count > 0 ? Encoding.UTF8.GetString([.. line]) : throw new UsageException("the standard input ended without a source");
    }

    private static TransportEndpoint SourceOfOrder(TransportOptionSet transport, ParseResult parsed, string from) => transport.IsEndpoint(parsed, from)
        ? transport.Endpoint(parsed, from)
        : throw new UsageException($"--at: {from} is a file of this machine; serve it (quicwasm serve), and give the endpoint as the node reaches it");

    private static async Task<int> FromFileAsync(
        CommandConsole console, string file, Configure configure, SessionOptions options, CancellationToken cancellationToken)
    {
        RunningProgram program;
        using (ImageFileSource image = ImageFile.Open(file))
        {
            image.Verify();
            program = ImageTransfer.Restore(image, configure);
        }

        return await new ProgramSession(console, program, Path.GetFileName(file), options).RunAsync(cancellationToken);
    }

    private static async Task<int> FromNodeAsync(
        CommandConsole console,
        TransportEndpoint node,
        MigrationRequest request,
        bool wantsCode,
        Configure configure,
        SessionOptions options,
        Pager itsPager,
        RunningNodeOptions deadlines,
        CancellationToken cancellationToken)
    {
        using Pager pager = itsPager;
        RunningNodeOptions running = deadlines with { Transport = options.Transport, Pager = pager, CountsTouches = options.Report is not null };
        MigratedProgram migrated = await new RunningNode(Transports.All, running).ResumeAsync(node, request, configure, cancellationToken);
        await using Migration.Migration migration = migrated.Migration;
        MigrationReport report = migration.Report;
        bool isWhole = report.AllArrived is not null;
        Task letGo = wantsCode ? FetchCodeAsync(console, migrated, cancellationToken)
            : isWhole ? LetGoAsync(console, migration, cancellationToken)
            : Task.CompletedTask;
        int exitCode = await new ProgramSession(console, migrated.Program, $"{migration.Image}", options) { Starting = report.MarkFirstInstruction }
            .RunAsync(cancellationToken);
        await letGo;
        if (!isWhole && !wantsCode)
        {
            await FinishAsync(console, migration, cancellationToken);
        }

        if (options.Report is { } file)
        {
            JsonReport.Write(file, report);
        }

        return exitCode;
    }

    // While the program runs; when the code is here, nothing of the image is needed any more.
    private static async Task FetchCodeAsync(CommandConsole console, MigratedProgram migrated, CancellationToken cancellationToken)
    {
        Migration.Migration migration = migrated.Migration;
        try
        {
            (int modules, long bytes) = await migration.FetchCodeAsync(migrated.Program, cancellationToken);
            console.Say($"compiled code of {modules} modules came from {migration.Source}, {bytes} bytes");
        }
        catch (MigrationException e)
        {
            console.Say($"compiled code did not come: {e.Message}");
        }

        await LetGoAsync(console, migration, cancellationToken);
    }

    /// <summary>
    /// Nothing of the image is needed any more: the memory node forgets it, and waits for no more of this node. The program does not wait for
    /// that, which is why this may go on while it runs.
    /// </summary>
    internal static async Task LetGoAsync(CommandConsole console, Migration.Migration migration, CancellationToken cancellationToken)
    {
        await FinishAsync(console, migration, cancellationToken);
        await migration.DisposeAsync();
    }

    // The program is this node's by now, and goes on whatever the memory node says.
    internal static async Task FinishAsync(CommandConsole console, Migration.Migration migration, CancellationToken cancellationToken)
    {
        try
        {
            await migration.FinishAsync(cancellationToken);
        }
        catch (MigrationException e)
        {
            console.Say($"the memory node did not confirm that it has let the image go: {e.Message}");
        }
    }
}

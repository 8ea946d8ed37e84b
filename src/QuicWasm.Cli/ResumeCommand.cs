using System.CommandLine;
using QuicWasm.Migration;
using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm resume SOURCE</c>: from an image file, or from a memory node.</summary>
internal static class ResumeCommand
{
    public static Command Create(CommandConsole console)
    {
        var source = new Argument<string>("source") { Description = "An image file, or where a memory node listens, such as tcp:127.0.0.1:7000" };
        var session = new SessionOptionSet();
        var migration = new MigrationOptionSet();
        var command = new Command("resume", "Resumes a frozen program here") { source };
        session.AddTo(command);
        migration.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            string from = parsed.GetRequiredValue(source);
            Configure configure = ProgramLoader.Configure(session.ProgramOptions(parsed));
            TransportEndpoint? node = session.Transport.IsEndpoint(parsed, from) ? session.Transport.Endpoint(parsed, from) : null;
            SessionOptions options = session.SessionOptions(parsed, console, node);
            return node is not null
                ? FromNodeAsync(console, node, migration.Request(parsed), configure, options, cancellationToken)
                : FromFileAsync(console, from, configure, options, cancellationToken);
        });
        return command;
    }

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
        CommandConsole console, TransportEndpoint node, MigrationRequest request, Configure configure, SessionOptions options, CancellationToken cancellationToken)
    {
        MigratedProgram migrated = await new RunningNode(Transports.All, new RunningNodeOptions { Transport = options.Transport })
            .ResumeAsync(node, request, configure, cancellationToken);
        await using Migration.Migration migration = migrated.Migration;
        MigrationReport report = migration.Report;
        bool isWhole = report.AllArrived is not null;
        if (isWhole)
        {
            await FinishAsync(console, migration, cancellationToken);
            await migration.DisposeAsync();
        }

        int exitCode = await new ProgramSession(console, migrated.Program, $"{migration.Image}", options) { Starting = report.MarkFirstInstruction }
            .RunAsync(cancellationToken);
        if (!isWhole)
        {
            await FinishAsync(console, migration, cancellationToken);
        }

        if (options.Report is { } file)
        {
            JsonReport.Write(file, report);
        }

        return exitCode;
    }

    // The program is this node's by now, and goes on whatever the memory node says.
    private static async Task FinishAsync(CommandConsole console, Migration.Migration migration, CancellationToken cancellationToken)
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

using System.CommandLine;
using QuicWasm.Migration;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm freeze ENDPOINT</c>.</summary>
internal static class FreezeCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "freeze";

    public static Command Create(CommandConsole console)
    {
        var endpoint = new Argument<string>("endpoint") { Description = "Where the program's node listens, such as tcp:127.0.0.1:7000" };
        var program = new Option<Guid>("--program") { Description = "Which program, where the node runs several" };
        var flatten = new Option<bool>("--flatten") { Description = "The node first fetches what it has not fetched of the program from another; else that comes when it is read" };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "Moves the image into this file; without it, the image stays at the node, for resume to fetch",
        };
        var command = new Command(Name, "Freezes a running program in the middle of its work") { endpoint, program, flatten, output };
        var transport = new TransportOptionSet();
        transport.AddTo(command, listens: false);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            TransportEndpoint node = transport.Endpoint(parsed, parsed.GetRequiredValue(endpoint));
            var options = new RunningNodeOptions { Transport = transport.Options(parsed, console, node) };
            Guid image;
            await using (NodeClient client = await NodeClient.ConnectAsync(Transports.All, node, options, cancellationToken))
            {
                image = await client.FreezeAsync(parsed.GetValue(program), parsed.GetValue(flatten), cancellationToken);
            }

            console.Say($"frozen as image {image}");
            if (parsed.GetValue(output) is { } file)
            {
                await FetchAsync(node, options, image, file, cancellationToken);
                console.Say($"moved to {file}");
            }

            return ExitCode.Success;
        });
        return command;
    }

    // The file is complete, and on the disk, before the node is told that it need not keep the image.
    private static async Task FetchAsync(TransportEndpoint node, RunningNodeOptions options, Guid image, string file, CancellationToken cancellationToken)
    {
        var request = new MigrationRequest { Image = image, Granularity = Granularity.WholeBinary };
        using var target = new ImageFileTarget(file);
        await using Migration.Migration migration = await new RunningNode(Transports.All, options)
            .ReceiveAsync(node, request, target, cancellationToken);
        await migration.FinishAsync(cancellationToken);
    }
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.CommandLine;
using QuicWasm.Migration;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm serve IMAGE...</c>: a memory node for image files.</summary>
internal static class ServeCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "serve";

    public static Command Create(CommandConsole console)
    {
        var files = new Argument<string[]>("image") { Description = "Image files to serve", Arity = ArgumentArity.OneOrMore };
        var listen = new Option<string?>("--listen") { Description = "Where to listen; 127.0.0.1:7000 without it" };
        var transport = new TransportOptionSet();
        var command = new Command(Name, "Serves images to running nodes, until each has a new owner") { files, listen };
        transport.AddTo(command, listens: true);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            TransportEndpoint endpoint = transport.Endpoint(parsed, parsed.GetValue(listen) ?? $"{transport.Name(parsed)}:127.0.0.1:7000");
            TransportOptions options = transport.Options(parsed, console, endpoint);
            var images = new ConcurrentDictionary<Guid, string>();
            await using var node = new MemoryNode(new MemoryNodeOptions
            {
                Name = $"quicwasm {Environment.ProcessId}",
                PeerFailed = e => console.Say(e.Message),
                WorkingSetKept = (image, ranges) => Keep(console, images[image], image, ranges),
            });
            foreach (string file in parsed.GetRequiredValue(files))
            {
                ImageFileSource image = ImageFile.Open(file);
                images[image.Layout.Id] = file;
                node.Add(image, Path.GetFileName(file), WorkingSetFile.Read(file, image.Layout.Id));
                console.Say($"serving {file} as image {image.Layout.Id}");
            }

            console.Say($"listening on {await node.ListenAsync(Transports.All, endpoint, options, cancellationToken)}");
            await Task.WhenAll(images.Keys.Select(image => node.WhenGoneAsync(image, cancellationToken)));
            console.Say("every image has a new owner");
            await ProgramSession.DrainAsync(console, node);
            return ExitCode.Success;
        });
        return command;
    }

    // It is advice for the next time: without it nothing fails.
    private static void Keep(CommandConsole console, string file, Guid image, ImmutableArray<PartRange> ranges)
    {
        try
        {
            WorkingSetFile.Write(file, image, ranges);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            console.Say($"what was touched first cannot be kept: {e.Message}");
        }
    }
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.CommandLine;
using QuicWasm.Migration;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm serve IMAGE...</c>: a memory node for image files, whose names may come while it serves.</summary>
internal static class ServeCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "serve";

    private const string FromInput = "-";

    public static Command Create(CommandConsole console)
    {
        var files = new Argument<string[]>("image") { Description = "Image files to serve; - reads names of more from the standard input, a line each, as they come", Arity = ArgumentArity.OneOrMore };
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
            Task Serve(string file)
            {
                ImageFileSource image = ImageFile.Open(file);
                Guid id = image.Layout.Id;
                bool isNew = images.TryAdd(id, file);
                try
                {
                    node.Add(image, Path.GetFileName(file), WorkingSetFile.Read(file, id));
                }
                catch
                {
                    image.Dispose();
                    _ = isNew && images.TryRemove(id, out _);
                    throw;
                }

                console.Say($"serving {file} as image {id}");
                return GoneAsync(id);
            }

            async Task GoneAsync(Guid image)
            {
                await node.WhenGoneAsync(image, cancellationToken);
                images.TryRemove(image, out _);
            }

            string[] named = parsed.GetRequiredValue(files);
            List<Task> gone = [.. named.Where(f => f != FromInput).Select(Serve)];
            console.Say($"listening on {await node.ListenAsync(Transports.All, endpoint, options, cancellationToken)}");
            if (named.Contains(FromInput))
            {
                await ServeInputAsync(console, Serve, gone, cancellationToken);
            }

            await Task.WhenAll(gone);
            console.Say("every image has a new owner");
            await ProgramSession.DrainAsync(console, node);
            return ExitCode.Success;
        });
        return command;
    }

    // A name that is wrong costs the images nothing that are served already.
    private static async Task ServeInputAsync(CommandConsole console, Func<string, Task> serve, List<Task> gone, CancellationToken cancellationToken)
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        while (await input.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(cancellationToken) is { } file)
        {
            try
            {
                gone.RemoveAll(static g => g.IsCompletedSuccessfully);
                gone.Add(serve(file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ImageException or MigrationException)
            {
                console.Say($"{file} is not served: {e.Message}");
            }
        }
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

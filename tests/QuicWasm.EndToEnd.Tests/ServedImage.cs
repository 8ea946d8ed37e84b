using QuicWasm.Bench;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>
/// An image that a memory node in a process of its own serves. A thread here that waits for a page holds up the collector, and the collector holds up
/// every other thread: a memory node in this process would wait for itself.
/// </summary>
internal sealed class ServedImage : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quicwasm-").FullName;
    private NodeProcess? _node;

    private ServedImage(Guid id) => Id = id;

    /// <summary>The image.</summary>
    public Guid Id { get; }

    /// <summary>Where it is served.</summary>
    public TransportEndpoint Endpoint { get; private set; } = null!;

    /// <summary>Serves an image, which is disposed of here.</summary>
    /// <param name="image">The image.</param>
    /// <param name="transport">Over which transport.</param>
    /// <param name="options">Options of <c>quicwasm serve</c>.</param>
    public static async Task<ServedImage> StartAsync(FrozenImage image, string transport, params string[] options)
    {
        var served = new ServedImage(image.Layout.Id);
        try
        {
            string file = Path.Combine(served._folder, "image");
            ImageFile.Write(image, file);
            served._node = NodeProcess.Start(NodeSite.Loopback, ["serve", .. options, "--listen", $"{transport}:127.0.0.1:0", file]);
            served.Endpoint = TransportEndpoint.Parse(
                await served._node.MessageAsync("quicwasm: listening on ", TestContext.Current.CancellationToken));
            return served;
        }
        catch
        {
            await served.DisposeAsync();
            throw;
        }
        finally
        {
            image.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is { } node)
        {
            await node.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}

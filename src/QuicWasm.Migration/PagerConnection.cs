using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>A pager's connection to a memory node, with the two streams that an image needs: made before it is known which image.</summary>
internal sealed class PagerConnection : IAsyncDisposable
{
    private PagerConnection(NodeClient client, MessageChannel touched, MessageChannel ahead) => (Client, Touched, Ahead) = (client, touched, ahead);

    public NodeClient Client { get; }

    /// <summary>For what is touched.</summary>
    public MessageChannel Touched { get; }

    /// <summary>For what comes ahead.</summary>
    public MessageChannel Ahead { get; }

    /// <exception cref="MigrationException">The memory node does not answer.</exception>
    public static async Task<PagerConnection> MakeAsync(PagerHost host, string endpoint, CancellationToken cancellationToken)
    {
        NodeClient client = await NodeClient.BeginAsync(host.Transports, TransportEndpoint.Parse(endpoint), host.Options, new TransferCounters(), cancellationToken);
        try
        {
            MessageChannel[] streams = await Task.WhenAll(client.DialAsync(cancellationToken), client.DialAsync(cancellationToken));
            return new PagerConnection(client, streams[0], streams[1]);
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Touched.DisposeAsync();
        await Ahead.DisposeAsync();
        await Client.DisposeAsync();
    }
}

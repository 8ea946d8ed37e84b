namespace QuicWasm.Transport.Tests;

/// <summary>A listener with one connection, both ends in hand.</summary>
internal sealed record Connected(ITransportListener Listener, ITransportConnection Client, ITransportConnection Server) : IAsyncDisposable
{
    public static async Task<Connected> MakeAsync(
        ITransport transport, TransportEndpoint endpoint, TransportOptions clientOptions, TransportOptions serverOptions, CancellationToken cancellationToken)
    {
        var listener = await transport.ListenAsync(endpoint, serverOptions, cancellationToken);
        var connecting = transport.ConnectAsync(listener.Endpoint, clientOptions, cancellationToken).AsTask();
        var server = await listener.AcceptAsync(cancellationToken);
        return new Connected(listener, await connecting, server);
    }

    /// <summary>Opens a stream at the client, and says one byte on it so that the server sees it with every transport.</summary>
    public async Task<(ITransportStream Client, ITransportStream Server)> OpenAsync(CancellationToken cancellationToken)
    {
        var client = await Client.OpenStreamAsync(cancellationToken);
        await client.WriteAsync(new byte[] { 1 }, cancellationToken);
        var server = await Server.AcceptStreamAsync(cancellationToken);
        Assert.Equal([1], await Streams.ReadExactlyAsync(server, 1, cancellationToken));
        return (client, server);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
        await Listener.DisposeAsync();
    }
}

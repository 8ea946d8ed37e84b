namespace QuicWasm.Transport.Tests;

/// <summary>A client of quic:ngtcp2 whose machine loses the address that it dialled from.</summary>
public sealed class Ngtcp2AddressTests
{
    private const string There = "10.213.79.1", First = "10.213.79.2/24", Second = "10.213.79.3/24";

    public Ngtcp2AddressTests()
    {
        Providers.Require(Ngtcp2Transport.IsSupported, "quic:ngtcp2", "libngtcp2 is not on this machine");
        Assert.SkipWhen(NetworkNamespace.Unavailable is not null, NetworkNamespace.Unavailable ?? "");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task It_keeps_its_connection_and_streams_over_its_next_address()
    {
        using var identity = NodeIdentity.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddHours(-1), TimeSpan.FromDays(1));
        var options = TransportOptions.Default with { Authentication = new PeerAuthentication(identity, [identity.Fingerprint]), IdleTimeout = TimeSpan.FromSeconds(20) };
        using var network = new NetworkNamespace($"{There}/24", First, Second);
        var transport = new Ngtcp2Transport();
        await using var listener = await network.RunAsync(
            () => transport.ListenAsync(TransportEndpoint.Parse($"quic:ngtcp2:{There}:0"), options, Token).AsTask().GetAwaiter().GetResult());
        var connecting = transport.ConnectAsync(listener.Endpoint, options, Token).AsTask();
        await using var server = await listener.AcceptAsync(Token);
        await using var client = await connecting;
        var pair = new Connected(listener, client, server);
        var (toServer, fromClient) = await pair.OpenAsync(Token);

        NetworkNamespace.Run("addr", "del", First, "dev", network.Device);
        NetworkNamespace.Run("addr", "replace", Second, "dev", network.Device);

        await toServer.WriteAsync(new byte[200_000], Token);
        await Streams.ReadExactlyAsync(fromClient, 200_000, Token);
        await fromClient.WriteAsync(new byte[200_000], Token);
        await Streams.ReadExactlyAsync(toServer, 200_000, Token);
        Assert.False(client.Closed.IsCancellationRequested);
        Assert.False(server.Closed.IsCancellationRequested);
    }
}

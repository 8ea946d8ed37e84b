using System.Net;
using System.Net.Sockets;

namespace QuicWasm.Transport.Tests;

/// <summary>Connections that begin with encrypted data (0-RTT): once for each that was made before, and for nobody else.</summary>
public sealed class Ngtcp2EarlyDataTests : IDisposable
{
    private const int Deadline = 30_000;

    /// <summary>The first half of a first packet's first byte (RFC 9000, 17.2.2).</summary>
    private const int InitialPacket = 0xc0;

    private readonly NodeIdentity _client = NodeIdentity.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddHours(-1), TimeSpan.FromDays(1));
    private readonly NodeIdentity _server = NodeIdentity.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddHours(-1), TimeSpan.FromDays(1));
    private readonly Ngtcp2Transport _transport = new();

    public Ngtcp2EarlyDataTests() => Providers.Require(Ngtcp2Transport.IsSupported, "quic:ngtcp2", "libngtcp2 is not on this machine");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static TransportEndpoint Anywhere => TransportEndpoint.Parse("quic:ngtcp2:127.0.0.1:0");

    private TransportOptions ClientOptions => new() { Authentication = new PeerAuthentication(_client, [_server.Fingerprint]), Quic = new QuicOptions { EarlyData = true } };

    private TransportOptions ServerOptions => new() { Authentication = new PeerAuthentication(_server, [_client.Fingerprint]), Quic = new QuicOptions { EarlyData = true } };

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    [Fact(Timeout = Deadline)]
    public async Task Who_was_connected_before_introduces_itself_with_its_first_packet()
    {
        await using var listener = await _transport.ListenAsync(Anywhere, ServerOptions, Token);
        Assert.False(await ConnectAsync(listener));
        for (var round = 0; round < 5; round++)
        {
            Assert.True(await ConnectAsync(listener));
        }

        Assert.Equal(0, listener.RefusedCount);
    }

    [Fact(Timeout = Deadline)]
    public async Task It_is_an_option_of_both_sides()
    {
        var without = new QuicOptions();
        foreach (var (client, server) in new[] { (ClientOptions with { Quic = without }, ServerOptions), (ClientOptions, ServerOptions with { Quic = without }) })
        {
            await using var listener = await _transport.ListenAsync(Anywhere, server, Token);
            Assert.False(await ConnectAsync(listener, client));
            Assert.False(await ConnectAsync(listener, client));
        }
    }

    [Fact(Timeout = Deadline)]
    public async Task A_listener_that_was_started_anew_is_reached_by_a_whole_handshake()
    {
        var listener = await _transport.ListenAsync(Anywhere, ServerOptions, Token);
        await ConnectAsync(listener);
        await listener.DisposeAsync();
        await using var next = await _transport.ListenAsync(listener.Endpoint, ServerOptions, Token);
        Assert.False(await ConnectAsync(next));
        Assert.True(await ConnectAsync(next));
    }

    [Fact(Timeout = Deadline)]
    public async Task A_listener_that_is_trusted_no_more_is_refused()
    {
        await using var listener = await _transport.ListenAsync(Anywhere, ServerOptions, Token);
        await ConnectAsync(listener);
        var suspicious = ClientOptions with { Authentication = new PeerAuthentication(_client, [_client.Fingerprint]) };
        await Streams.ThrowsAsync(TransportError.AuthenticationFailed, async () => await _transport.ConnectAsync(listener.Endpoint, suspicious, Token));
    }

    [Fact(Timeout = Deadline)]
    public async Task A_first_packet_that_is_sent_again_connects_nobody()
    {
        var refusals = new Refusals();
        await using var listener = await _transport.ListenAsync(Anywhere, ServerOptions with { Refused = refusals.Add, HandshakeTimeout = TimeSpan.FromSeconds(3) }, Token);
        byte[] first;
        await using (var proxy = new DatagramProxy(listener.Endpoint.Port, 0, TimeSpan.Zero))
        {
            var endpoint = TransportEndpoint.Parse($"quic:ngtcp2:127.0.0.1:{proxy.Port}");
            Assert.False(await ConnectAsync(listener, endpoint: endpoint));
            proxy.FromClient.Clear();
            Assert.True(await ConnectAsync(listener, endpoint: endpoint));
            first = proxy.FromClient.First(datagram => (datagram[0] & 0xf0) == InitialPacket);
        }

        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(IPAddress.Loopback, listener.Endpoint.Port);
        var refused = refusals.NextAsync(Token).AsTask();
        while (!refused.IsCompleted)
        {
            // Until the listener has forgotten the connection that the packet began, it goes there.
            await socket.SendAsync(first, Token);
            await Task.Delay(50, Token);
        }

        Assert.Equal(TransportError.Timeout, (await refused).Error);
        using var nobody = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var accepting = listener.AcceptAsync(nobody.Token).AsTask();
        Assert.False(accepting.IsCompleted);
        await nobody.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accepting);
    }

    /// <summary>Connects, uses the connection, and closes it; whether both sides say that it began early.</summary>
    private async Task<bool> ConnectAsync(ITransportListener listener, TransportOptions? options = null, TransportEndpoint? endpoint = null)
    {
        var connecting = _transport.ConnectAsync(endpoint ?? listener.Endpoint, options ?? ClientOptions, Token).AsTask();
        await using var server = await listener.AcceptAsync(Token);
        await using var client = await connecting;
        await Streams.CheckUsableAsync(new Connected(listener, client, server), Token);
        Assert.Equal(_client.Fingerprint, server.PeerFingerprint);
        Assert.Equal(_server.Fingerprint, client.PeerFingerprint);
        var wasEarly = ((Ngtcp2Connection)server).WasEarly;
        Assert.Equal(wasEarly, ((Ngtcp2Connection)client).WasEarly);
        return wasEarly;
    }
}

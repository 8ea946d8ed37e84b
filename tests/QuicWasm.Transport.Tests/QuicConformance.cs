using System.Net;
using System.Net.Sockets;

namespace QuicWasm.Transport.Tests;

/// <summary>The conformance suite between two nodes that trust each other's fingerprint, over QUIC.</summary>
public abstract class QuicConformance : TransportConformance, IDisposable
{
    private readonly NodeIdentity _identity = NodeIdentity.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddHours(-1), TimeSpan.FromDays(1));

    protected override TransportEndpoint Anywhere => TransportEndpoint.Parse($"{Transport.Name}:127.0.0.1:0");

    protected override TransportOptions Options => field ??= base.Options with
    {
        Authentication = new PeerAuthentication(_identity, [_identity.Fingerprint]),

        // How soon a peer that is gone without a word is missed.
        IdleTimeout = TimeSpan.FromSeconds(2),
    };

    /// <summary>The window of a stream, and packets around it.</summary>
    protected override long MaxUnreadBytes => 200_000;

    public void Dispose()
    {
        _identity.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact(Timeout = Deadline)]
    public async Task Each_side_knows_the_others_fingerprint()
    {
        await using var pair = await ConnectAsync();
        Assert.Equal(_identity.Fingerprint, pair.Client.PeerFingerprint);
        Assert.Equal(_identity.Fingerprint, pair.Server.PeerFingerprint);
    }

    [Fact(Timeout = Deadline)]
    public async Task Without_an_identity_it_neither_listens_nor_connects()
    {
        await Streams.ThrowsAsync(TransportError.AuthenticationFailed, async () => await Transport.ListenAsync(Anywhere, TransportOptions.Default, Token));
        await Streams.ThrowsAsync(TransportError.AuthenticationFailed, async () => await Transport.ConnectAsync(Anywhere, TransportOptions.Default, Token));
    }

    [Fact(Timeout = Deadline)]
    public async Task It_works_over_IPv6()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "this machine has no IPv6");
        await using var pair = await Connected.MakeAsync(Transport, TransportEndpoint.Parse($"{Transport.Name}:[::1]:0"), Options, Options, Token);
        await Streams.CheckUsableAsync(pair, Token);
        Assert.StartsWith($"{Transport.Name}:[::1]:", pair.Server.RemotePeer, StringComparison.Ordinal);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_stream_that_nobody_reads_does_not_hold_others_back()
    {
        await using var pair = await ConnectAsync();
        var (stuck, _) = await pair.OpenAsync(Token);
        stuck.WriteTimeout = TimeSpan.FromMilliseconds(300);
        var filling = stuck.WriteAsync(new byte[16 << 20], Token).AsTask();
        for (var round = 0; round < 20; round++)
        {
            await Streams.CheckUsableAsync(pair, Token);
        }

        await Streams.ThrowsAsync(TransportError.Timeout, () => filling);
    }

    [Fact(Timeout = Deadline)]
    public async Task Datagrams_that_are_no_handshake_change_nothing()
    {
        await using var listener = await Transport.ListenAsync(Anywhere, Options, Token);
        using var socket = Dial(listener);
        for (var seed = 0; seed < 300; seed++)
        {
            var bytes = Streams.RandomBytes(seed, seed * 5);
            await socket.SendAsync(bytes, Token);
            if (bytes.Length > 6)
            {
                // A long header of this version, with random ids.
                bytes[0] |= 0xc0;
                new byte[] { 0, 0, 0, 1, 16 }.CopyTo(bytes.AsSpan(1));
                await socket.SendAsync(bytes, Token);
            }
        }

        await CheckGoesOnAsync(listener);
    }

    [Fact(Timeout = Deadline)]
    public async Task First_packets_that_are_damaged_change_nothing()
    {
        await using var listener = await Transport.ListenAsync(Anywhere, Options, Token);
        byte[] first;
        await using (var proxy = new DatagramProxy(listener.Endpoint.Port, 0, TimeSpan.Zero))
        {
            await using var client = await Transport.ConnectAsync(At(proxy.Port), Options, Token);
            await using var server = await listener.AcceptAsync(Token);
            first = proxy.FromClient.First();
        }

        using var socket = Dial(listener);
        for (var index = 0; index < 300; index++)
        {
            var damaged = first.ToArray();
            damaged[index * first.Length / 300] ^= 0x55;
            await socket.SendAsync(damaged, Token);
            await socket.SendAsync(first.AsMemory(0, index * first.Length / 300), Token);
        }

        await CheckGoesOnAsync(listener);
    }

    private protected TransportEndpoint At(int port) => TransportEndpoint.Parse($"{Transport.Name}:127.0.0.1:{port}");

    private protected static Socket Dial(ITransportListener listener)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(IPAddress.Loopback, listener.Endpoint.Port);
        return socket;
    }

    private protected async Task CheckGoesOnAsync(ITransportListener listener)
    {
        var connecting = Transport.ConnectAsync(listener.Endpoint, Options, Token).AsTask();
        await using var server = await listener.AcceptAsync(Token);
        await using var client = await connecting;
        await Streams.CheckUsableAsync(new Connected(listener, client, server), Token);
    }
}

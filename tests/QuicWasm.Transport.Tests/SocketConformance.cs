using System.Net;
using System.Net.Sockets;

namespace QuicWasm.Transport.Tests;

/// <summary>What transports over sockets do besides: with peers that do not speak their protocol, or not to the end.</summary>
public abstract class SocketConformance : TransportConformance
{
    private protected override void Kill(ITransportConnection connection) => ((SocketConnection)connection).Kill();

    [Theory(Timeout = Deadline)]
    [InlineData("GET / HTTP/1.1\r\nHost: here\r\nUser-Agent: a-browser-of-some-kind/1.0\r\n\r\n")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    [InlineData("x")]
    [InlineData("")]
    public async Task Garbage_instead_of_a_handshake_is_refused_and_the_listener_goes_on(string garbage)
    {
        var refusals = new Refusals();
        await using var listener = await Transport.ListenAsync(Anywhere, Options with { Refused = refusals.Add }, Token);
        using (var socket = await DialAsync(listener))
        {
            await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(garbage), Token);
            socket.Shutdown(SocketShutdown.Send);
            await refusals.NextAsync(Token);
        }

        Assert.Equal(1, listener.RefusedCount);
        await CheckGoesOnAsync(listener);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_peer_that_says_nothing_runs_into_the_handshake_deadline()
    {
        var refusals = new Refusals();
        var hasty = Options with { HandshakeTimeout = TimeSpan.FromMilliseconds(300), MaxPendingHandshakes = 2, Refused = refusals.Add };
        await using var listener = await Transport.ListenAsync(Anywhere, hasty, Token);
        var sockets = new List<Socket>();
        for (var count = 0; count < 6; count++)
        {
            sockets.Add(await DialAsync(listener));
        }

        await CheckGoesOnAsync(listener);
        foreach (var socket in sockets)
        {
            Assert.Equal(TransportError.Timeout, (await refusals.NextAsync(Token)).Error);
            socket.Dispose();
        }
    }

    [Fact(Timeout = Deadline)]
    public async Task A_listener_that_says_nothing_runs_into_the_handshake_deadline()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen();
        var hasty = Options with { HandshakeTimeout = TimeSpan.FromMilliseconds(200) };
        var endpoint = TransportEndpoint.Of(Transport.Name, (IPEndPoint)silent.LocalEndPoint!);
        var exception = await Streams.ThrowsAsync(TransportError.Timeout, async () => await Transport.ConnectAsync(endpoint, hasty, Token));
        Assert.Contains(endpoint.ToString(), exception.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Deadline)]
    public async Task An_answer_that_is_none_is_refused()
    {
        using var wrong = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        wrong.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        wrong.Listen();
        var endpoint = TransportEndpoint.Of(Transport.Name, (IPEndPoint)wrong.LocalEndPoint!);
        var connecting = Transport.ConnectAsync(endpoint, Options, Token).AsTask();
        using var peer = await wrong.AcceptAsync(Token);
        await peer.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), Token);
        var exception = await Assert.ThrowsAsync<TransportException>(() => connecting);
        Assert.True(exception.Error is TransportError.ProtocolViolation or TransportError.AuthenticationFailed, exception.ToString());
    }

    [Fact(Timeout = Deadline)]
    public async Task Nobody_there_is_unreachable()
    {
        await using var listener = await Transport.ListenAsync(Anywhere, Options, Token);
        await listener.DisposeAsync();
        var exception = await Streams.ThrowsAsync(TransportError.Unreachable, async () => await Transport.ConnectAsync(listener.Endpoint, Options, Token));
        Assert.Contains(listener.Endpoint.ToString(), exception.Message, StringComparison.Ordinal);
        await Streams.ThrowsAsync(
            TransportError.Unreachable, async () => await Transport.ConnectAsync(TransportEndpoint.Parse($"{Transport.Name}:no-such-host.invalid:1"), Options, Token));
    }

    [Fact(Timeout = Deadline)]
    public async Task A_port_can_be_taken_once()
    {
        await using var listener = await Transport.ListenAsync(Anywhere, Options, Token);
        await Streams.ThrowsAsync(TransportError.AddressUnavailable, async () => await Transport.ListenAsync(listener.Endpoint, Options, Token));
        await Streams.ThrowsAsync(
            TransportError.AddressUnavailable,
            async () => await Transport.ListenAsync(TransportEndpoint.Parse($"{Transport.Name}:203.0.113.7:0"), Options with { AllowInsecureBind = true }, Token));
    }

    private protected static async Task<Socket> DialAsync(ITransportListener listener)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, listener.Endpoint.Port, Token);
        return socket;
    }

    private protected async Task CheckGoesOnAsync(ITransportListener listener)
    {
        await using var client = await Transport.ConnectAsync(listener.Endpoint, Options, Token);
        await using var server = await listener.AcceptAsync(Token);
        await Streams.CheckUsableAsync(new Connected(listener, client, server), Token);
    }
}

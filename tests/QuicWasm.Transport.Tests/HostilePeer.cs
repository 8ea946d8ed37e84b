using System.Net;
using System.Net.Sockets;

namespace QuicWasm.Transport.Tests;

/// <summary>A hand-made connecting side: real sockets, a right handshake, and whatever a test sends then.</summary>
internal sealed class HostilePeer : IAsyncDisposable
{
    private const ulong Id = 77;

    private HostilePeer(ITransportListener listener, Socket control, ITransportConnection server, Refusals refusals)
    {
        Listener = listener;
        Control = control;
        Server = server;
        Refusals = refusals;
    }

    public ITransportListener Listener { get; }

    public Socket Control { get; }

    /// <summary>The honest side.</summary>
    public ITransportConnection Server { get; }

    public Refusals Refusals { get; }

    public static async Task<HostilePeer> ConnectAsync(TransportOptions options, CancellationToken cancellationToken)
    {
        var refusals = new Refusals();
        var listener = await SocketTransport.Tcp().ListenAsync(TransportEndpoint.Parse("tcp:127.0.0.1:0"), options with { Refused = refusals.Add }, cancellationToken);
        var control = await DialAsync(listener, new Preamble(PreambleKind.Control, Id, 0, 10), cancellationToken);
        var server = await listener.AcceptAsync(cancellationToken);
        var reply = new byte[PreambleReply.LengthBytes];
        for (var filled = 0; filled < reply.Length;)
        {
            filled += await control.ReceiveAsync(reply.AsMemory(filled), cancellationToken);
        }

        Assert.Equal(options.MaxStreams, PreambleReply.Read(reply, "server").MaxStreams);
        return new HostilePeer(listener, control, server, refusals);
    }

    public Task<Socket> DialAsync(ulong number, CancellationToken cancellationToken) =>
        DialAsync(new Preamble(PreambleKind.Stream, Id, number, 0), cancellationToken);

    public Task<Socket> DialAsync(Preamble preamble, CancellationToken cancellationToken) => DialAsync(Listener, preamble, cancellationToken);

    public Task<Socket> DialRawAsync(byte[] bytes, CancellationToken cancellationToken) => DialRawAsync(Listener, bytes, cancellationToken);

    public Task PostAsync(ControlKind kind, ulong number, ulong value, CancellationToken cancellationToken) =>
        PostRawAsync((ulong)kind, number, value, cancellationToken);

    public async Task PostRawAsync(ulong kind, ulong number, ulong value, CancellationToken cancellationToken)
    {
        var bytes = new byte[ControlMessage.LengthBytes];
        BitConverter.TryWriteBytes(bytes, kind);
        BitConverter.TryWriteBytes(bytes.AsSpan(8), number);
        BitConverter.TryWriteBytes(bytes.AsSpan(16), value);
        await Control.SendAsync(bytes, cancellationToken);
    }

    public async Task CheckListenerGoesOnAsync(CancellationToken cancellationToken)
    {
        await using var client = await SocketTransport.Tcp().ConnectAsync(Listener.Endpoint, TransportOptions.Default, cancellationToken);
        await using var server = await Listener.AcceptAsync(cancellationToken);
        await Streams.CheckUsableAsync(new Connected(Listener, client, server), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Control.Dispose();
        await Listener.DisposeAsync();
    }

    private static async Task<Socket> DialAsync(ITransportListener listener, Preamble preamble, CancellationToken cancellationToken)
    {
        var bytes = new byte[Preamble.LengthBytes];
        preamble.Write(bytes);
        return await DialRawAsync(listener, bytes, cancellationToken);
    }

    private static async Task<Socket> DialRawAsync(ITransportListener listener, byte[] bytes, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, listener.Endpoint.Port, cancellationToken);
        await socket.SendAsync(bytes, cancellationToken);
        return socket;
    }
}

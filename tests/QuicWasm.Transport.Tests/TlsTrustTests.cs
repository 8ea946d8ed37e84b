namespace QuicWasm.Transport.Tests;

/// <summary>Trust over TLS, and what is TLS's own: several sockets, and peers without it.</summary>
public sealed class TlsTrustTests : TrustConformance
{
    protected override ITransport Transport { get; } = SocketTransport.Tls();

    [Fact(Timeout = Deadline)]
    public async Task AClient_without_a_certificate_is_refused()
    {
        var refusals = new Refusals();
        await using var listener = await ListenAsync(new PeerAuthentication(Server, [Client.Fingerprint]), refusals);
        using var socket = new System.Net.Sockets.TcpClient("127.0.0.1", listener.Endpoint.Port);
        await using var tls = new System.Net.Security.SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(
            new System.Net.Security.SslClientAuthenticationOptions { TargetHost = "x", RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null }, Token);
        var bytes = new byte[Preamble.LengthBytes];
        new Preamble(PreambleKind.Control, 5, 0, 5).Write(bytes);
        await tls.WriteAsync(bytes, Token);
        var reply = new byte[PreambleReply.LengthBytes];
        await tls.ReadExactlyAsync(reply, Token);
        var told = Assert.Throws<TransportException>(() => PreambleReply.Read(reply, "server"));
        Assert.Contains("presented no certificate", told.Message, StringComparison.Ordinal);
        await tls.DisposeAsync();
        Assert.Contains("presented no certificate", (await refusals.NextAsync(Token)).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_stream_from_another_trusted_node_does_not_join_a_connection()
    {
        var refusals = new Refusals();
        await using var listener = await ListenAsync(new PeerAuthentication(Server, [Client.Fingerprint, Stranger.Fingerprint]), refusals);
        var mine = new TransportOptions { Authentication = new PeerAuthentication(Client, [Server.Fingerprint]) };
        await using var client = await Transport.ConnectAsync(listener.Endpoint, mine, Token);
        await using var server = (SocketConnection)await listener.AcceptAsync(Token);
        var theirs = new TransportOptions { Authentication = new PeerAuthentication(Stranger, [Server.Fingerprint]) };
        using var channel = await new SocketDialler(listener.Endpoint, new TlsSecurity(), theirs).DialAsync(new Preamble(PreambleKind.Stream, server.Id, 2, 0), Token);
        Assert.Equal(TransportError.AuthenticationFailed, (await refusals.NextAsync(Token)).Error);
    }

    [Fact(Timeout = Deadline)]
    public async Task Plain_and_encrypted_nodes_refuse_each_other()
    {
        var refusals = new Refusals();
        var options = new TransportOptions { Authentication = new PeerAuthentication(Client, [Server.Fingerprint]), HandshakeTimeout = TimeSpan.FromSeconds(1) };
        await using var listener = await ListenAsync(new PeerAuthentication(Server, [Client.Fingerprint]), refusals);
        await Assert.ThrowsAsync<TransportException>(async () => await SocketTransport.Tcp().ConnectAsync(TransportEndpoint.Parse($"tcp:127.0.0.1:{listener.Endpoint.Port}"), options, Token));
        await refusals.NextAsync(Token);
        await using var plain = await SocketTransport.Tcp().ListenAsync(TransportEndpoint.Parse("tcp:127.0.0.1:0"), options, Token);
        await Assert.ThrowsAsync<TransportException>(async () => await Transport.ConnectAsync(TransportEndpoint.Parse($"tls:127.0.0.1:{plain.Endpoint.Port}"), options, Token));
    }
}

namespace QuicWasm.Transport.Tests;

/// <summary>The conformance suite between two nodes that trust each other's fingerprint.</summary>
public sealed class TlsTests : SocketConformance, IDisposable
{
    private readonly NodeIdentity _identity = NodeIdentity.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddHours(-1), TimeSpan.FromDays(1));

    protected override ITransport Transport { get; } = SocketTransport.Tls();

    protected override TransportEndpoint Anywhere { get; } = TransportEndpoint.Parse("tls:127.0.0.1:0");

    protected override TransportOptions Options => field ??= base.Options with { Authentication = new PeerAuthentication(_identity, [_identity.Fingerprint]) };

    public void Dispose() => _identity.Dispose();

    [Fact(Timeout = Deadline)]
    public async Task Each_side_knows_the_others_fingerprint()
    {
        await using var pair = await ConnectAsync();
        Assert.Equal(_identity.Fingerprint, pair.Client.PeerFingerprint);
        Assert.Equal(_identity.Fingerprint, pair.Server.PeerFingerprint);
    }

    [Fact(Timeout = Deadline)]
    public async Task It_may_listen_beyond_this_machine()
    {
        await using var listener = await Transport.ListenAsync(TransportEndpoint.Parse("tls:0.0.0.0:0"), Options, Token);
        await using var connection = await Transport.ConnectAsync(TransportEndpoint.Parse($"tls:127.0.0.1:{listener.Endpoint.Port}"), Options, Token);
    }

    [Fact(Timeout = Deadline)]
    public async Task Without_an_identity_it_neither_listens_nor_connects()
    {
        var anonymous = TransportOptions.Default;
        await Streams.ThrowsAsync(TransportError.AuthenticationFailed, async () => await Transport.ListenAsync(Anywhere, anonymous, Token));
        await Streams.ThrowsAsync(TransportError.AuthenticationFailed, async () => await Transport.ConnectAsync(TransportEndpoint.Parse("tls:127.0.0.1:1"), anonymous, Token));
    }

    [Fact(Timeout = Deadline)]
    public async Task Nothing_readable_is_on_the_wire()
    {
        var secret = "a word that must not be seen by others"u8.ToArray();
        await using var listener = await Transport.ListenAsync(Anywhere, Options, Token);
        await using var tap = new Tap(listener.Endpoint.Port);
        var connecting = Transport.ConnectAsync(TransportEndpoint.Parse($"tls:127.0.0.1:{tap.Port}"), Options, Token).AsTask();
        await using var server = await listener.AcceptAsync(Token);
        await using var client = await connecting;
        var stream = await client.OpenStreamAsync(Token);
        await stream.WriteAsync(secret, Token);
        await Streams.ReadExactlyAsync(await server.AcceptStreamAsync(Token), secret.Length, Token);
        var seen = tap.Seen();
        Assert.InRange(seen.Length, 500, int.MaxValue);
        Assert.Equal(-1, seen.AsSpan().IndexOf(secret));
        Assert.Equal(-1, seen.AsSpan().IndexOf(Preamble.Magic));
    }
}

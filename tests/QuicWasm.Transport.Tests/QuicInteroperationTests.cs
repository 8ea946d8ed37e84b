namespace QuicWasm.Transport.Tests;

/// <summary>The two QUIC providers speak with each other, in both directions.</summary>
public sealed class QuicInteroperationTests : IDisposable
{
    private const int Deadline = 60_000;

    private readonly NodeIdentity _identity = NodeIdentity.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddHours(-1), TimeSpan.FromDays(1));
    private readonly NodeIdentity _stranger = NodeIdentity.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddHours(-1), TimeSpan.FromDays(1));

    public QuicInteroperationTests()
    {
        Providers.Require(Ngtcp2Transport.IsSupported, "quic:ngtcp2", "libngtcp2 is not on this machine");
        Providers.Require(MsQuicTransport.IsSupported, "quic:msquic", "System.Net.Quic finds no libmsquic on this machine");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TransportOptions Options => new() { Authentication = new PeerAuthentication(_identity, [_identity.Fingerprint]) };

    public void Dispose()
    {
        _identity.Dispose();
        _stranger.Dispose();
    }

    [Theory(Timeout = Deadline)]
    [InlineData("quic:ngtcp2", "quic:msquic")]
    [InlineData("quic:msquic", "quic:ngtcp2")]
    public async Task Streams_of_both_sides_carry_data_both_ways(string connecting, string listening)
    {
        await using var pair = await ConnectAsync(connecting, listening);
        await Streams.CheckUsableAsync(pair, Token);
        for (var round = 0; round < 3; round++)
        {
            var opened = await pair.Server.OpenStreamAsync(Token);
            var checking = Streams.CheckEchoAsync(opened, Streams.RandomBytes(round, 5_000_000), Token);
            await Streams.EchoAsync(await pair.Client.AcceptStreamAsync(Token), Token);
            await checking;
        }

        var work = Enumerable.Range(0, 50).Select(async seed => await Streams.CheckEchoAsync(await pair.Client.OpenStreamAsync(Token), Streams.RandomBytes(seed, 100_000), Token)).ToList();
        work.AddRange(Enumerable.Range(0, 50).Select(async _ => await Streams.EchoAsync(await pair.Server.AcceptStreamAsync(Token), Token)));
        await Task.WhenAll(work);
    }

    [Theory(Timeout = Deadline)]
    [InlineData("quic:ngtcp2", "quic:msquic")]
    [InlineData("quic:msquic", "quic:ngtcp2")]
    public async Task Codes_of_aborts_and_closes_arrive(string connecting, string listening)
    {
        await using var pair = await ConnectAsync(connecting, listening);
        var (client, server) = await pair.OpenAsync(Token);
        var reading = server.ReadAsync(new byte[1], Token).AsTask();
        client.Abort(41);
        Assert.Equal(41UL, (await Streams.ThrowsAsync(TransportError.StreamAborted, () => reading)).Code);
        (client, server) = await pair.OpenAsync(Token);
        reading = client.ReadAsync(new byte[1], Token).AsTask();
        server.Abort(TransportCodes.BadFrame);
        Assert.Equal(TransportCodes.BadFrame, (await Streams.ThrowsAsync(TransportError.StreamAborted, () => reading)).Code);
        await pair.Client.CloseAsync(7, Token);
        Assert.Equal(7UL, (await Streams.ThrowsAsync(TransportError.ConnectionClosed, async () => await pair.Server.AcceptStreamAsync(Token))).Code);
    }

    [Theory(Timeout = Deadline)]
    [InlineData("quic:ngtcp2", "quic:msquic")]
    [InlineData("quic:msquic", "quic:ngtcp2")]
    public async Task Who_is_not_trusted_is_told_so(string connecting, string listening)
    {
        var registry = TransportRegistry.CreateDefault();
        var refusals = new Refusals();
        await using var listener = await registry.Get(listening).ListenAsync(TransportEndpoint.Parse($"{listening}:127.0.0.1:0"), Options with { Refused = refusals.Add }, Token);
        var endpoint = TransportEndpoint.Parse($"{connecting}:127.0.0.1:{listener.Endpoint.Port}");
        var stranger = Options with { Authentication = new PeerAuthentication(_stranger, [_identity.Fingerprint]) };
        var told = await Streams.ThrowsAsync(TransportError.AuthenticationFailed, async () => await registry.ConnectAsync(endpoint, stranger, Token));
        Assert.Contains("does not trust its certificate", told.Message, StringComparison.Ordinal);
        Assert.Contains("not among the trusted fingerprints", (await refusals.NextAsync(Token)).Message, StringComparison.Ordinal);
        var suspicious = Options with { Authentication = new PeerAuthentication(_identity, [_stranger.Fingerprint]) };
        var refused = await Streams.ThrowsAsync(TransportError.AuthenticationFailed, async () => await registry.ConnectAsync(endpoint, suspicious, Token));
        Assert.Contains("not among the trusted fingerprints", refused.Message, StringComparison.Ordinal);
        Assert.Contains("does not trust its certificate", (await refusals.NextAsync(Token)).Message, StringComparison.Ordinal);
    }

    private async Task<Connected> ConnectAsync(string connecting, string listening)
    {
        var registry = TransportRegistry.CreateDefault();
        var listener = await registry.Get(listening).ListenAsync(TransportEndpoint.Parse($"{listening}:127.0.0.1:0"), Options, Token);
        var dialled = registry.ConnectAsync(TransportEndpoint.Parse($"{connecting}:127.0.0.1:{listener.Endpoint.Port}"), Options, Token).AsTask();
        var server = await listener.AcceptAsync(Token);
        return new Connected(listener, await dialled, server);
    }
}

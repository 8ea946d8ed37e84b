using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace QuicWasm.Transport.Tests;

/// <summary>Who may connect to whom, and what both sides say when not.</summary>
public abstract class TrustConformance : IDisposable
{
    protected const int Deadline = 30_000;

    private readonly NodeIdentity _client = NodeIdentity.CreateSelfSigned(Now.AddHours(-1), TimeSpan.FromDays(1));
    private readonly NodeIdentity _server = NodeIdentity.CreateSelfSigned(Now.AddHours(-1), TimeSpan.FromDays(1));
    private readonly NodeIdentity _stranger = NodeIdentity.CreateSelfSigned(Now.AddHours(-1), TimeSpan.FromDays(1));
    private readonly NodeIdentity _expired = NodeIdentity.CreateSelfSigned(Now.AddDays(-10), TimeSpan.FromDays(1));
    private readonly NodeIdentity _tooEarly = NodeIdentity.CreateSelfSigned(Now.AddDays(10), TimeSpan.FromDays(1));

    protected abstract ITransport Transport { get; }

    private protected NodeIdentity Client => _client;

    private protected NodeIdentity Server => _server;

    private protected NodeIdentity Stranger => _stranger;

    private TransportEndpoint Anywhere => TransportEndpoint.Parse($"{Transport.Name}:127.0.0.1:0");

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var identity in new[] { _client, _server, _stranger, _expired, _tooEarly })
        {
            identity.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    [Fact(Timeout = Deadline)]
    public async Task Nodes_that_pinned_each_other_connect()
    {
        var colons = string.Join(':', Convert.FromHexString(_client.Fingerprint).Select(value => value.ToString("X2", null)));
        await CheckConnectsAsync(new PeerAuthentication(_client, [_server.Fingerprint]), new PeerAuthentication(_server, [_stranger.Fingerprint, colons]));
    }

    [Fact(Timeout = Deadline)]
    public async Task Nodes_of_one_authority_connect()
    {
        using var authority = MakeAuthority();
        using var client = NodeIdentity.CreateSigned(authority, Now.AddHours(-1), TimeSpan.FromHours(5));
        using var server = NodeIdentity.CreateSigned(authority, Now.AddHours(-1), TimeSpan.FromHours(5));
        await CheckConnectsAsync(new PeerAuthentication(client, [], [authority]), new PeerAuthentication(server, [], [authority]));
        await CheckConnectsAsync(new PeerAuthentication(client, [server.Fingerprint]), new PeerAuthentication(server, [], [authority]));
    }

    [Fact(Timeout = Deadline)]
    public async Task A_client_of_another_authority_is_refused()
    {
        using var authority = MakeAuthority();
        using var other = MakeAuthority();
        using var client = NodeIdentity.CreateSigned(other, Now.AddHours(-1), TimeSpan.FromHours(5));
        await CheckServerRefusesAsync(client, new PeerAuthentication(_server, [], [authority]), "no trusted authority signed it", "does not trust its certificate");
    }

    [Fact(Timeout = Deadline)]
    public Task A_client_that_is_not_pinned_is_refused() =>
        CheckServerRefusesAsync(_stranger, new PeerAuthentication(_server, [_client.Fingerprint]), "not among the trusted fingerprints", "does not trust its certificate");

    [Fact(Timeout = Deadline)]
    public Task A_client_whose_certificate_is_expired_is_refused() =>
        CheckServerRefusesAsync(_expired, new PeerAuthentication(_server, [_expired.Fingerprint]), "is valid from", "expired or not valid yet");

    [Fact(Timeout = Deadline)]
    public Task A_client_whose_certificate_is_not_valid_yet_is_refused() =>
        CheckServerRefusesAsync(_tooEarly, new PeerAuthentication(_server, [_tooEarly.Fingerprint]), "is valid from", "expired or not valid yet");

    [Fact(Timeout = Deadline)]
    public Task A_server_that_is_not_pinned_is_refused() =>
        CheckClientRefusesAsync(_stranger, new PeerAuthentication(_client, [_server.Fingerprint]), "not among the trusted fingerprints", "does not trust its certificate");

    [Fact(Timeout = Deadline)]
    public Task A_server_whose_certificate_is_expired_is_refused() =>
        CheckClientRefusesAsync(_expired, new PeerAuthentication(_client, [_expired.Fingerprint]), "is valid from", "expired or not valid yet");

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000")]
    public void A_fingerprint_that_is_none_is_refused(string text)
    {
        var exception = Assert.Throws<TransportException>(() => new PeerAuthentication(_client, [text]));
        Assert.Contains("64 hex digits", exception.Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 MakeAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority " + Guid.NewGuid(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
    }

    private protected async Task<ITransportListener> ListenAsync(PeerAuthentication authentication, Refusals refusals) =>
        await Transport.ListenAsync(Anywhere, new TransportOptions { Authentication = authentication, Refused = refusals.Add }, Token);

    private async Task CheckConnectsAsync(PeerAuthentication client, PeerAuthentication server)
    {
        await using var pair = await Connected.MakeAsync(
            Transport, Anywhere, new TransportOptions { Authentication = client }, new TransportOptions { Authentication = server }, Token);
        await Streams.CheckUsableAsync(pair, Token);
    }

    private async Task CheckServerRefusesAsync(NodeIdentity client, PeerAuthentication server, string serverSays, string clientSays)
    {
        var refusals = new Refusals();
        await using var listener = await ListenAsync(server, refusals);
        var options = new TransportOptions { Authentication = new PeerAuthentication(client, [_server.Fingerprint]) };
        var told = await Streams.ThrowsAsync(TransportError.AuthenticationFailed, async () => await Transport.ConnectAsync(listener.Endpoint, options, Token));
        Assert.Contains(clientSays, told.Message, StringComparison.Ordinal);
        Assert.Contains(serverSays, (await refusals.NextAsync(Token)).Message, StringComparison.Ordinal);
        Assert.Equal(1, listener.RefusedCount);
    }

    private async Task CheckClientRefusesAsync(NodeIdentity server, PeerAuthentication client, string clientSays, string serverSays)
    {
        var refusals = new Refusals();
        await using var listener = await ListenAsync(new PeerAuthentication(server, [_client.Fingerprint]), refusals);
        var thrown = await Streams.ThrowsAsync(
            TransportError.AuthenticationFailed, async () => await Transport.ConnectAsync(listener.Endpoint, new TransportOptions { Authentication = client }, Token));
        Assert.Contains(clientSays, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(serverSays, (await refusals.NextAsync(Token)).Message, StringComparison.Ordinal);
    }
}

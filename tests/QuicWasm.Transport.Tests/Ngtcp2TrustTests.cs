namespace QuicWasm.Transport.Tests;

/// <summary>Trust over libngtcp2.</summary>
public sealed class Ngtcp2TrustTests : TrustConformance
{
    public Ngtcp2TrustTests() => Providers.Require(Ngtcp2Transport.IsSupported, "quic:ngtcp2", "libngtcp2 is not on this machine");

    protected override ITransport Transport { get; } = new Ngtcp2Transport();

    [Fact(Timeout = Deadline)]
    public async Task A_client_without_a_certificate_is_refused()
    {
        var refusals = new Refusals();
        await using var listener = await ListenAsync(new PeerAuthentication(Server, [Client.Fingerprint]), refusals);
        var options = new TransportOptions { Authentication = new PeerAuthentication(Client, [Server.Fingerprint]) };
        var told = await Streams.ThrowsAsync(
            TransportError.AuthenticationFailed, async () => await new Ngtcp2Transport { ShowsCertificate = false }.ConnectAsync(listener.Endpoint, options, Token));
        Assert.Contains("presented no certificate", told.Message, StringComparison.Ordinal);
        Assert.Contains("presented no certificate", (await refusals.NextAsync(Token)).Message, StringComparison.Ordinal);
    }
}

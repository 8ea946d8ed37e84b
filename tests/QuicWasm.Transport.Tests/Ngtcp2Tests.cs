namespace QuicWasm.Transport.Tests;

/// <summary>The conformance suite over libngtcp2.</summary>
public sealed class Ngtcp2Tests : TransportConformance, IDisposable
{
    private readonly NodeIdentity _identity = NodeIdentity.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddHours(-1), TimeSpan.FromDays(1));

    public Ngtcp2Tests() => Providers.Require(Ngtcp2Transport.IsSupported, "quic:ngtcp2", "libngtcp2 is not on this machine");

    protected override ITransport Transport { get; } = new Ngtcp2Transport();

    protected override TransportEndpoint Anywhere { get; } = TransportEndpoint.Parse("quic:ngtcp2:127.0.0.1:0");

    protected override TransportOptions Options => field ??= base.Options with
    {
        Authentication = new PeerAuthentication(_identity, [_identity.Fingerprint]),

        // How soon a peer that is gone without a word is missed.
        IdleTimeout = TimeSpan.FromSeconds(2),
    };

    /// <summary>The window of a stream, and packets around it.</summary>
    protected override long MaxUnreadBytes => 200_000;

    public void Dispose() => _identity.Dispose();

    private protected override void Kill(ITransportConnection connection) => ((Ngtcp2Connection)connection).Kill();
}

namespace QuicWasm.Transport.Tests;

/// <summary>The conformance suite over libngtcp2.</summary>
public sealed class Ngtcp2Tests : QuicConformance
{
    public Ngtcp2Tests() => Providers.Require(Ngtcp2Transport.IsSupported, "quic:ngtcp2", "libngtcp2 is not on this machine");

    protected override ITransport Transport { get; } = new Ngtcp2Transport();

    private protected override void Kill(ITransportConnection connection) => ((Ngtcp2Connection)connection).Kill();
}

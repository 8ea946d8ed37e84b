using System.Runtime.Versioning;

namespace QuicWasm.Transport.Tests;

/// <summary>Trust over System.Net.Quic.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
public sealed class MsQuicTrustTests : TrustConformance
{
    public MsQuicTrustTests() => Providers.Require(MsQuicTransport.IsSupported, "quic:msquic", "System.Net.Quic finds no libmsquic on this machine");

    protected override ITransport Transport { get; } = new MsQuicTransport();
}

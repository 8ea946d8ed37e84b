using System.Runtime.Versioning;

namespace QuicWasm.Transport.Tests;

/// <summary>The conformance suite over System.Net.Quic.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
public sealed class MsQuicTests : QuicConformance
{
    public MsQuicTests() => Providers.Require(MsQuicTransport.IsSupported, "quic:msquic", "System.Net.Quic finds no libmsquic on this machine");

    protected override ITransport Transport { get; } = new MsQuicTransport();

    /// <summary>MsQuic lets its send buffer grow with what the path carries.</summary>
    protected override long MaxInFlightBytes => 16 << 20;

    /// <summary>MsQuic ends connections politely only: a test cannot make it vanish.</summary>
    private protected override void Kill(ITransportConnection connection) => Assert.Skip("MsQuic has no way to end a connection without a word, short of killing the process");
}

using System.Runtime.Versioning;

namespace QuicWasm.Transport.Tests;

/// <summary>The conformance suite over System.Net.Quic.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
public sealed class MsQuicTests : QuicConformance, IAsyncDisposable
{
    private DatagramProxy? _proxy;

    public MsQuicTests() => Providers.Require(MsQuicTransport.IsSupported, "quic:msquic", "System.Net.Quic finds no libmsquic on this machine");

    protected override ITransport Transport { get; } = new MsQuicTransport();

    /// <summary>MsQuic lets its send buffer grow with what the path carries.</summary>
    protected override long MaxInFlightBytes => 16 << 20;

    /// <summary>MsQuic ends connections politely only: what it says at the end of a killed peer does not come through.</summary>
    private protected override void Kill(ITransportConnection connection) => _proxy!.FallSilent();

    private protected override async Task<Connected> ConnectKillableAsync()
    {
        var listener = await Transport.ListenAsync(Anywhere, Options, Token);
        _proxy = new DatagramProxy(listener.Endpoint.Port, 0, TimeSpan.Zero);
        var connecting = Transport.ConnectAsync(TransportEndpoint.Parse($"quic:msquic:127.0.0.1:{_proxy.Port}"), Options, Token).AsTask();
        var server = await listener.AcceptAsync(Token);
        return new Connected(listener, await connecting, server);
    }

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }

        Dispose();
    }
}

using System.Net;
using System.Net.Quic;
using System.Net.Security;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace QuicWasm.Transport;

/// <summary>The options of a System.Net.Quic connection, and the judgement of the peer's certificate, which TLS itself lets pass.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal sealed class MsQuicSecurity(PeerAuthentication authentication)
{
    /// <summary>The peer's certificate's SHA-256, once it was seen.</summary>
    public string? PeerFingerprint { get; private set; }

    /// <summary>Why the peer is not trusted, or null; until it was seen, because it was not.</summary>
    public CertificateRejection? Rejection { get; private set; } = new(PreambleStatus.CertificateMissing, "it presented no certificate; give it an identity");

    public QuicServerConnectionOptions ServerOptions(TransportOptions options)
    {
        var server = new QuicServerConnectionOptions
        {
            DefaultCloseErrorCode = (long)TransportCodes.None,
            DefaultStreamErrorCode = (long)TransportCodes.None,
            ServerAuthenticationOptions = new SslServerAuthenticationOptions
            {
                ApplicationProtocols = [new SslApplicationProtocol(Ngtcp2Transport.Protocol)],
                EnabledSslProtocols = SslProtocols.Tls13,
                ServerCertificateContext = authentication.Identity.Context,
                ClientCertificateRequired = true,
                CertificateChainPolicy = OfflinePolicy(),
                RemoteCertificateValidationCallback = (_, certificate, chain, _) => Judge(certificate, chain),
            },
        };
        Fill(server, options);
        return server;
    }

    public QuicClientConnectionOptions ClientOptions(IPEndPoint address, TransportOptions options)
    {
        var client = new QuicClientConnectionOptions
        {
            RemoteEndPoint = address,
            DefaultCloseErrorCode = (long)TransportCodes.None,
            DefaultStreamErrorCode = (long)TransportCodes.None,
            ClientAuthenticationOptions = new SslClientAuthenticationOptions
            {
                ApplicationProtocols = [new SslApplicationProtocol(Ngtcp2Transport.Protocol)],
                EnabledSslProtocols = SslProtocols.Tls13,
                TargetHost = "quicwasm",
                ClientCertificateContext = authentication.Identity.Context,
                CertificateChainPolicy = OfflinePolicy(),
                RemoteCertificateValidationCallback = (_, certificate, chain, _) => Judge(certificate, chain),
            },
        };
        Fill(client, options);
        return client;
    }

    /// <summary>Judges what the peer has shown; lets the TLS handshake end either way, so that a peer that is refused can be told why.</summary>
    private bool Judge(X509Certificate? presented, X509Chain? chain)
    {
        using var certificate = presented is null ? null : X509CertificateLoader.LoadCertificate(presented.GetRawCertData());
        var besides = new X509Certificate2Collection();
        besides.AddRange(chain?.ChainPolicy.ExtraStore ?? []);
        PeerFingerprint = certificate is null ? null : NodeIdentity.FingerprintOf(certificate);
        Rejection = authentication.Judge(certificate, besides, TimeProvider.System.GetUtcNow());
        return true;
    }

    private static void Fill(QuicConnectionOptions quic, TransportOptions options)
    {
        quic.MaxInboundBidirectionalStreams = Math.Min(options.MaxStreams, ushort.MaxValue);
        quic.MaxInboundUnidirectionalStreams = 1;
        quic.IdleTimeout = options.IdleTimeout;
        quic.KeepAliveInterval = options.IdleTimeout / 4;
        quic.HandshakeTimeout = options.HandshakeTimeout;

        // MsQuic wants powers of two.
        var window = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Ngtcp2Transport.StreamWindowOf(options));
        quic.InitialReceiveWindowSizes = new QuicReceiveWindowSizes
        {
            Connection = 256 << 20,
            LocallyInitiatedBidirectionalStream = window,
            RemotelyInitiatedBidirectionalStream = window,
            UnidirectionalStream = 4096,
        };
    }

    /// <summary>Nothing is fetched from the network to judge a certificate.</summary>
    private static X509ChainPolicy OfflinePolicy() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };
}

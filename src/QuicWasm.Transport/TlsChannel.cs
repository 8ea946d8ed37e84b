using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;

namespace QuicWasm.Transport;

/// <summary>A socket under TLS 1.3, with certificates on both sides.</summary>
internal sealed class TlsChannel : SocketChannel
{
    // What TLS sends as one record at most.
    private const int RecordBytes = 16 << 10;

    private readonly RecordStream _records;
    private readonly SslStream _tls;

    public TlsChannel(Socket socket, string remotePeer)
        : base(socket, remotePeer)
    {
        // Until it is judged otherwise.
        Rejection = new CertificateRejection(PreambleStatus.CertificateMissing, "it was not authenticated");
        _records = new RecordStream(socket, count => Counters.AddReceived(count), count => Counters.AddSent(count));
        _tls = new SslStream(_records);
    }

    /// <summary>As the connecting side. Afterwards <see cref="SocketChannel.Rejection"/> says whether the peer is trusted.</summary>
    public async ValueTask AuthenticateAsClientAsync(PeerAuthentication authentication, CancellationToken cancellationToken)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "quicwasm",
            EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls13,
            ClientCertificateContext = authentication.Identity.Context,
            CertificateChainPolicy = OfflinePolicy(),
            RemoteCertificateValidationCallback = (_, certificate, chain, _) => Judge(certificate, chain, authentication),
            AllowTlsResume = false,
        };
        await _tls.AuthenticateAsClientAsync(options, cancellationToken);
    }

    /// <summary>As the accepting side. Afterwards <see cref="SocketChannel.Rejection"/> says whether the peer is trusted.</summary>
    public async ValueTask AuthenticateAsServerAsync(PeerAuthentication authentication, CancellationToken cancellationToken)
    {
        var options = new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls13,
            ServerCertificateContext = authentication.Identity.Context,
            ClientCertificateRequired = true,
            CertificateChainPolicy = OfflinePolicy(),
            RemoteCertificateValidationCallback = (_, certificate, chain, _) => Judge(certificate, chain, authentication),
            AllowTlsResume = false,
        };
        await _tls.AuthenticateAsServerAsync(options, cancellationToken);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => _tls.ReadAsync(buffer, cancellationToken);

    public override ValueTask<int> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (bytes.Length > RecordBytes)
        {
            return WriteRecordsAsync(bytes, cancellationToken);
        }

        var writing = _tls.WriteAsync(bytes, cancellationToken);
        if (!writing.IsCompletedSuccessfully)
        {
            return FinishWriteAsync(writing, bytes.Length);
        }

        writing.GetAwaiter().GetResult();
        return new ValueTask<int>(bytes.Length);
    }

    /// <summary>
    /// Without a close_notify: SslStream.ShutdownAsync is not safe beside a read (it damaged the session under load). Nothing is lost by
    /// that, since an end counts only with the length that the control socket tells, under TLS too.
    /// </summary>
    public override ValueTask CompleteWritesAsync()
    {
        Socket.Shutdown(SocketShutdown.Send);
        return default;
    }

    public override void CountRead(int bytes)
    {
        // Counted below TLS.
    }

    public override void CountWrite(int bytes)
    {
        // Counted below TLS.
    }

    public override void Dispose()
    {
        base.Dispose();
        _tls.Dispose();
    }

    /// <summary>Nothing is fetched from the network to judge a certificate.</summary>
    private static X509ChainPolicy OfflinePolicy() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WriteRecordsAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _records.Gather();
        await _tls.WriteAsync(bytes, cancellationToken);
        await _records.SendGatheredAsync(cancellationToken);
        return bytes.Length;
    }

    private static async ValueTask<int> FinishWriteAsync(ValueTask writing, int length)
    {
        await writing;
        return length;
    }

    /// <summary>Judges the peer's certificate; lets the TLS handshake end either way, so that a peer that is refused can be told why.</summary>
    private bool Judge(X509Certificate? presented, X509Chain? chain, PeerAuthentication authentication)
    {
        using var certificate = presented is null ? null : X509CertificateLoader.LoadCertificate(presented.GetRawCertData());
        var besides = new X509Certificate2Collection();
        besides.AddRange(chain?.ChainPolicy.ExtraStore ?? []);
        PeerFingerprint = certificate is null ? null : NodeIdentity.FingerprintOf(certificate);
        Rejection = authentication.Judge(certificate, besides, TimeProvider.System.GetUtcNow());
        return true;
    }
}

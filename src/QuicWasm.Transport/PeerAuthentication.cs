using System.Security.Cryptography.X509Certificates;

namespace QuicWasm.Transport;

/// <summary>Who this node is, and whom it trusts: peers with a pinned fingerprint, and peers that an authority signed. Both sides of a connection must trust each other.</summary>
public sealed class PeerAuthentication
{
    private readonly HashSet<string> _fingerprints = new(StringComparer.Ordinal);
    private readonly X509Certificate2Collection _authorities;

    /// <summary>Makes the rules.</summary>
    /// <param name="identity">This node's own.</param>
    /// <param name="trustedFingerprints">SHA-256 fingerprints in hex, as the peers print them; colons and capitals are allowed.</param>
    /// <param name="authorities">Certificates of authorities. Whatever they sign is trusted, under any name, so they should sign nodes only.</param>
    /// <exception cref="TransportException">A fingerprint is not 64 hex digits.</exception>
    public PeerAuthentication(NodeIdentity identity, IEnumerable<string> trustedFingerprints, X509Certificate2Collection? authorities = null)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(trustedFingerprints);
        Identity = identity;
        _authorities = authorities ?? [];
        foreach (var text in trustedFingerprints)
        {
            var fingerprint = text.Replace(":", string.Empty, StringComparison.Ordinal).ToLowerInvariant();
            if (fingerprint.Length != 64 || fingerprint.Any(digit => !char.IsAsciiHexDigit(digit)))
            {
                throw new TransportException(TransportError.AuthenticationFailed, $"'{text}' is not a fingerprint: it has 64 hex digits, as the peer prints them");
            }

            _fingerprints.Add(fingerprint);
        }
    }

    /// <summary>This node's own identity.</summary>
    public NodeIdentity Identity { get; }

    /// <summary>Why a peer is refused, or null when it is trusted.</summary>
    /// <param name="certificate">What the peer presented, or null.</param>
    /// <param name="presented">What it presented besides.</param>
    /// <param name="now">The time to check validity at.</param>
    internal CertificateRejection? Judge(X509Certificate2? certificate, X509Certificate2Collection presented, DateTimeOffset now)
    {
        if (certificate is null)
        {
            return new(PreambleStatus.CertificateMissing, "it presented no certificate; give it an identity");
        }

        var fingerprint = NodeIdentity.FingerprintOf(certificate);
        if (now < certificate.NotBefore || now > certificate.NotAfter)
        {
            return new(
                PreambleStatus.CertificateExpired,
                $"its certificate {fingerprint} is valid from {certificate.NotBefore:u} to {certificate.NotAfter:u} only; renew it, and check both clocks");
        }

        if (_fingerprints.Contains(fingerprint))
        {
            return null;
        }

        var reason = _authorities.Count == 0 ? "it is not among the trusted fingerprints" : ChainProblem(certificate, presented, now);
        return reason is null ? null : new(PreambleStatus.CertificateNotTrusted, $"its certificate {fingerprint} is not trusted: {reason}; add the fingerprint if it is the right peer");
    }

    private string? ChainProblem(X509Certificate2 certificate, X509Certificate2Collection presented, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = now.LocalDateTime,
        };
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.ExtraStore.AddRange(presented);
        return chain.Build(certificate)
            ? null
            : "no trusted authority signed it (" + string.Join(", ", chain.ChainStatus.Select(status => status.Status)) + ")";
    }
}

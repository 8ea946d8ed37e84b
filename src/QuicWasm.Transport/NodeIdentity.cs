using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace QuicWasm.Transport;

/// <summary>A node's key pair and certificate. Peers know it by the fingerprint, or by the authority that signed it.</summary>
public sealed class NodeIdentity : IDisposable
{
    /// <summary>The file that <see cref="LoadOrCreate"/> keeps in its folder: certificate and private key, readable by its owner only.</summary>
    public const string FileName = "node.pem";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(5 * 365);

    private readonly X509Certificate2Collection _intermediates;

    private NodeIdentity(X509Certificate2 certificate, X509Certificate2Collection intermediates)
    {
        _intermediates = intermediates;
        Certificate = certificate;
        Fingerprint = FingerprintOf(certificate);
        Context = SslStreamCertificateContext.Create(certificate, intermediates, offline: true);
    }

    /// <summary>The SHA-256 of the certificate, 64 lower-case hex digits.</summary>
    public string Fingerprint { get; }

    /// <summary>The certificate with its private key.</summary>
    internal X509Certificate2 Certificate { get; }

    internal SslStreamCertificateContext Context { get; }

    /// <summary>Loads the identity in a folder; at first use makes a new one there (ECDSA P-256, self-signed, valid for five years).</summary>
    /// <exception cref="TransportException">The file is unreadable, is no identity, or others may read it.</exception>
    public static NodeIdentity LoadOrCreate(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return LoadOrCreateFile(Path.Combine(folder, FileName));
    }

    /// <summary>Loads the identity in a file of certificate and private key; at first use makes a new one there, as <see cref="LoadOrCreate"/> does.</summary>
    /// <exception cref="TransportException">The file is unreadable, is no identity, or others may read it.</exception>
    public static NodeIdentity LoadOrCreateFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            if (!File.Exists(path))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
                using var made = CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), Lifetime);
                Store(made.Certificate, path);
            }

            return Load(path, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, exception.Message, exception);
        }
    }

    /// <summary>Loads an identity that an authority has signed.</summary>
    /// <param name="certificatePath">A PEM file: the node's certificate first, then any between it and the authority.</param>
    /// <param name="keyPath">A PEM file with its private key, readable by its owner only; may be the same file.</param>
    /// <exception cref="TransportException">A file is unreadable, is no identity, or others may read the key.</exception>
    public static NodeIdentity Load(string certificatePath, string keyPath)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(keyPath) & ~OwnerOnly & ~UnixFileMode.UserExecute) != 0)
            {
                throw Unusable(keyPath, "others may read the private key; make a new one, or run: chmod 600", null);
            }

            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificatePath);
            using var loaded = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
            chain.RemoveAt(0);
            return new NodeIdentity(Usable(loaded), chain);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unusable(certificatePath, exception.Message, exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();

    /// <summary>The certificates in PEM, the node's own first.</summary>
    internal string CertificatesPem() => Certificate.ExportCertificatePem() + "\n" + _intermediates.ExportCertificatePems();

    /// <summary>The private key in PEM (PKCS #8).</summary>
    /// <exception cref="TransportException">It is of no kind that TLS 1.3 signs with.</exception>
    internal string KeyPem()
    {
        using AsymmetricAlgorithm? key = Certificate.GetECDsaPrivateKey() ?? (AsymmetricAlgorithm?)Certificate.GetRSAPrivateKey();
        return key?.ExportPkcs8PrivateKeyPem()
            ?? throw new TransportException(TransportError.AuthenticationFailed, "the identity's key is neither ECDSA nor RSA; make another");
    }

    /// <summary>The SHA-256 of a certificate in lower-case hex.</summary>
    internal static string FingerprintOf(X509Certificate2 certificate) => Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));

    /// <summary>Makes an identity that is in memory only.</summary>
    internal static NodeIdentity CreateSelfSigned(DateTimeOffset notBefore, TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = MakeRequest("CN=quicwasm-node", key);
        using var certificate = request.CreateSelfSigned(notBefore, notBefore + lifetime);
        return new NodeIdentity(Usable(certificate), []);
    }

    /// <summary>Makes an identity that an authority signs, in memory only.</summary>
    internal static NodeIdentity CreateSigned(X509Certificate2 authority, DateTimeOffset notBefore, TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = MakeRequest("CN=quicwasm-node", key).Create(authority, notBefore, notBefore + lifetime, RandomNumberGenerator.GetBytes(16));
        using var withKey = certificate.CopyWithPrivateKey(key);
        return new NodeIdentity(Usable(withKey), []);
    }

    private static CertificateRequest MakeRequest(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        return request;
    }

    /// <summary>Windows cannot use a key that is in memory only for TLS; a round trip through PKCS #12 makes it usable.</summary>
    private static X509Certificate2 Usable(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);

    private static void Store(X509Certificate2 certificate, string path)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        var pem = certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
        var temporary = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var writer = new StreamWriter(temporary, options))
        {
            writer.Write(pem);
        }

        try
        {
            // RACE: two nodes may begin at once; the first file stays, and both use it.
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary);
        }
    }

    private static TransportException Unusable(string path, string why, Exception? cause) =>
        new(TransportError.AuthenticationFailed, $"the identity in {path} cannot be used: {why}", null, cause);
}

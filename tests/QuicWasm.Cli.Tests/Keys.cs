using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace QuicWasm.Cli.Tests;

/// <summary>Certificates and keys in files, as authorities make them.</summary>
internal static class Keys
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>A self-signed identity that was valid ten days ago.</summary>
    public static string Expired(string file)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = Request("CN=old", key).CreateSelfSigned(Now.AddDays(-11), Now.AddDays(-10));
        return Write(file, certificate.ExportCertificatePem(), key);
    }

    /// <summary>An authority's certificate file, and identities that it signed.</summary>
    public static string[] Authority(string file, params string[] signed)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 authority = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        File.WriteAllText(file, authority.ExportCertificatePem());
        foreach (string name in signed)
        {
            using ECDsa nodeKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using X509Certificate2 certificate = Request("CN=node", nodeKey).Create(authority, Now.AddHours(-1), Now.AddHours(1), RandomNumberGenerator.GetBytes(16));
            Write(name, certificate.ExportCertificatePem(), nodeKey);
        }

        return signed;
    }

    public static string Fingerprint(string file)
    {
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(File.ReadAllText(file));
        return Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));
    }

    private static CertificateRequest Request(string name, ECDsa key) => new(name, key, HashAlgorithmName.SHA256);

    private static string Write(string file, string certificate, ECDsa key)
    {
        using (File.Create(file))
        {
            // Its mode is set before the key is in it.
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.WriteAllText(file, certificate + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        return file;
    }
}

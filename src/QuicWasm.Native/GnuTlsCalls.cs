using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>GnuTLS: sessions, certificates.</summary>
internal static unsafe partial class GnuTlsCalls
{
    public const string Library = "gnutls";

    public const uint Server = 1, Client = 2, NoAutoSendTicket = 1 << 21, NoEndOfEarlyData = 1 << 22;
    public const int CertificateCredentials = 1, FormatPem = 1, RequestCertificate = 1;
    public const uint AlpnMandatory = 1;

    [LibraryImport(Library, EntryPoint = "gnutls_strerror")]
    public static partial nint ErrorText(int error);

    [LibraryImport(Library, EntryPoint = "gnutls_init")]
    public static partial int Init(nint* session, uint flags);

    [LibraryImport(Library, EntryPoint = "gnutls_deinit")]
    public static partial void Deinit(nint session);

    [LibraryImport(Library, EntryPoint = "gnutls_priority_set_direct", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetPriority(nint session, string priorities, nint errorPosition);

    [LibraryImport(Library, EntryPoint = "gnutls_session_set_ptr")]
    public static partial void SetPointer(nint session, void* pointer);

    [LibraryImport(Library, EntryPoint = "gnutls_credentials_set")]
    public static partial int SetCredentials(nint session, int type, nint credentials);

    [LibraryImport(Library, EntryPoint = "gnutls_alpn_set_protocols")]
    public static partial int SetProtocols(nint session, GnuTlsDatum* protocols, uint count, uint flags);

    [LibraryImport(Library, EntryPoint = "gnutls_certificate_server_set_request")]
    public static partial void SetCertificateRequest(nint session, int request);

    [LibraryImport(Library, EntryPoint = "gnutls_certificate_allocate_credentials")]
    public static partial int AllocateCredentials(nint* credentials);

    [LibraryImport(Library, EntryPoint = "gnutls_certificate_free_credentials")]
    public static partial void FreeCredentials(nint credentials);

    [LibraryImport(Library, EntryPoint = "gnutls_certificate_set_x509_key_mem")]
    public static partial int SetKey(nint credentials, GnuTlsDatum* certificate, GnuTlsDatum* key, int format);

    [LibraryImport(Library, EntryPoint = "gnutls_certificate_get_peers")]
    public static partial GnuTlsDatum* GetPeers(nint session, uint* count);

    [LibraryImport(Library, EntryPoint = "gnutls_alert_get_name")]
    public static partial nint AlertName(int alert);
}

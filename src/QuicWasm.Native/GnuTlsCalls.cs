using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>GnuTLS: sessions, certificates.</summary>
internal static unsafe partial class GnuTlsCalls
{
    public const string Library = "gnutls";

    public const uint Server = 1, Client = 2, EnableEarlyData = 1 << 20, NoAutoSendTicket = 1 << 21, NoEndOfEarlyData = 1 << 22;
    public const int CertificateCredentials = 1, FormatPem = 1, RequestCertificate = 1;
    public const uint AlpnMandatory = 1;
    public const uint NewSessionTicket = 4, HasEarlyData = 1 << 10;
    public const int HookAfterwards = 1;

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

    [LibraryImport(Library, EntryPoint = "gnutls_session_ticket_enable_server")]
    public static partial int EnableTickets(nint session, GnuTlsDatum* key);

    [LibraryImport(Library, EntryPoint = "gnutls_session_ticket_send")]
    public static partial int SendTickets(nint session, uint count, uint flags);

    [LibraryImport(Library, EntryPoint = "gnutls_record_set_max_early_data_size")]
    public static partial int SetMaxEarlyData(nint session, nuint bytes);

    [LibraryImport(Library, EntryPoint = "gnutls_anti_replay_init")]
    public static partial int InitAntiReplay(nint* antiReplay);

    [LibraryImport(Library, EntryPoint = "gnutls_anti_replay_deinit")]
    public static partial void FreeAntiReplay(nint antiReplay);

    [LibraryImport(Library, EntryPoint = "gnutls_anti_replay_set_add_function")]
    public static partial void SetAntiReplayFunction(nint antiReplay, nint function);

    [LibraryImport(Library, EntryPoint = "gnutls_anti_replay_enable")]
    public static partial void EnableAntiReplay(nint session, nint antiReplay);

    [LibraryImport(Library, EntryPoint = "gnutls_handshake_set_hook_function")]
    public static partial void SetHook(nint session, uint message, int when, nint function);

    [LibraryImport(Library, EntryPoint = "gnutls_session_get_ptr")]
    public static partial void* GetPointer(nint session);

    [LibraryImport(Library, EntryPoint = "gnutls_session_get_data")]
    public static partial int GetData(nint session, byte* data, nuint* length);

    [LibraryImport(Library, EntryPoint = "gnutls_session_set_data")]
    public static partial int SetData(nint session, byte* data, nuint length);

    [LibraryImport(Library, EntryPoint = "gnutls_session_is_resumed")]
    public static partial int IsResumed(nint session);

    [LibraryImport(Library, EntryPoint = "gnutls_session_get_flags")]
    public static partial uint GetFlags(nint session);
}

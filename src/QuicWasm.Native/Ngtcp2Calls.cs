using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>libngtcp2 and its helper for GnuTLS. Pointers to structures are untyped: <see cref="QuicLayout"/> knows the fields.</summary>
internal static unsafe partial class Ngtcp2Calls
{
    public const string Core = "ngtcp2";
    public const string Crypto = "ngtcp2_crypto_gnutls";

    public const uint Version1 = 1;
    public const int StructureVersion = 1;
    public const uint WriteMore = 1, WriteFin = 2;
    public const uint DataFin = 1;
    public const uint CloseHasCode = 1;
    public const int StreamIdBlocked = -208, StreamDataBlocked = -210, Crypto_ = -215, StreamShutWrite = -221, StreamNotFound = -222;
    public const int Draining = -231, Closing = -230, More = -240, Retry = -241, DropConnection = -242, VersionNegotiation = -245;
    public const int HandshakeTimeout = -246, IdleClose = -248, CallbackFailure = -502;

    [LibraryImport(Core, EntryPoint = "ngtcp2_version")]
    public static partial void* Version(int leastVersion);

    [LibraryImport(Core, EntryPoint = "ngtcp2_strerror")]
    public static partial nint ErrorText(int error);

    [LibraryImport(Core, EntryPoint = "ngtcp2_settings_default_versioned")]
    public static partial void SettingsDefault(int version, void* settings);

    [LibraryImport(Core, EntryPoint = "ngtcp2_transport_params_default_versioned")]
    public static partial void TransportParamsDefault(int version, void* parameters);

    [LibraryImport(Core, EntryPoint = "ngtcp2_pkt_decode_version_cid")]
    public static partial int DecodeVersionCid(void* destination, byte* packet, nuint length, nuint shortIdLength);

    [LibraryImport(Core, EntryPoint = "ngtcp2_pkt_write_version_negotiation")]
    public static partial nint WriteVersionNegotiation(
        byte* destination, nuint length, byte unused, byte* dcid, nuint dcidLength, byte* scid, nuint scidLength, uint* versions, nuint count);

    [LibraryImport(Core, EntryPoint = "ngtcp2_pkt_write_stateless_reset")]
    public static partial nint WriteStatelessReset(byte* destination, nuint length, byte* token, byte* random, nuint randomLength);

    [LibraryImport(Core, EntryPoint = "ngtcp2_accept")]
    public static partial int Accept(void* header, byte* packet, nuint length);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_client_new_versioned")]
    public static partial int ClientNew(
        void** connection, void* dcid, void* scid, void* path, uint version, int callbacksVersion, void* callbacks,
        int settingsVersion, void* settings, int parametersVersion, void* parameters, void* memory, void* userData);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_server_new_versioned")]
    public static partial int ServerNew(
        void** connection, void* dcid, void* scid, void* path, uint version, int callbacksVersion, void* callbacks,
        int settingsVersion, void* settings, int parametersVersion, void* parameters, void* memory, void* userData);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_del")]
    public static partial void Delete(void* connection);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_set_tls_native_handle")]
    public static partial void SetTlsHandle(void* connection, nint session);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_read_pkt_versioned")]
    public static partial int ReadPacket(void* connection, void* path, int infoVersion, void* info, byte* packet, nuint length, ulong now);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_writev_stream_versioned")]
    public static partial nint WriteStream(
        void* connection, void* path, int infoVersion, void* info, byte* destination, nuint length, nint* dataLength,
        uint flags, long streamId, void* vectors, nuint vectorCount, ulong now);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_write_connection_close_versioned")]
    public static partial nint WriteConnectionClose(
        void* connection, void* path, int infoVersion, void* info, byte* destination, nuint length, void* error, ulong now);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_update_pkt_tx_time")]
    public static partial void UpdateSendTime(void* connection, ulong now);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_get_send_quantum")]
    public static partial nuint GetSendQuantum(void* connection);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_get_max_tx_udp_payload_size")]
    public static partial nuint GetMaxPayload(void* connection);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_get_expiry")]
    public static partial ulong GetExpiry(void* connection);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_handle_expiry")]
    public static partial int HandleExpiry(void* connection, ulong now);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_get_pto")]
    public static partial ulong GetProbeTimeout(void* connection);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_set_keep_alive_timeout")]
    public static partial void SetKeepAlive(void* connection, ulong timeout);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_open_bidi_stream")]
    public static partial int OpenStream(void* connection, long* streamId, void* userData);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_open_uni_stream")]
    public static partial int OpenOneWayStream(void* connection, long* streamId, void* userData);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_extend_max_stream_offset")]
    public static partial int ExtendStreamOffset(void* connection, long streamId, ulong count);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_extend_max_offset")]
    public static partial void ExtendOffset(void* connection, ulong count);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_extend_max_streams_bidi")]
    public static partial void ExtendStreams(void* connection, nuint count);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_initiate_key_update")]
    public static partial int UpdateKeys(void* connection, ulong now);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_initiate_immediate_migration")]
    public static partial int Migrate(void* connection, void* path, ulong now);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_get_num_scid")]
    public static partial nuint CountSourceIds(void* connection);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_get_scid")]
    public static partial nuint GetSourceIds(void* connection, void* destination);

    [LibraryImport(Core, EntryPoint = "ngtcp2_conn_get_tls_alert")]
    public static partial byte GetTlsAlert(void* connection);

    [LibraryImport(Core, EntryPoint = "ngtcp2_err_infer_quic_transport_error_code")]
    public static partial ulong InferTransportError(int error);

    [LibraryImport(Crypto, EntryPoint = "ngtcp2_crypto_generate_stateless_reset_token")]
    public static partial int GenerateResetToken(byte* token, byte* secret, nuint secretLength, void* cid);

    [LibraryImport(Crypto, EntryPoint = "ngtcp2_crypto_generate_retry_token")]
    public static partial nint GenerateRetryToken(
        byte* token, byte* secret, nuint secretLength, uint version, byte* remote, uint remoteLength, void* retryScid, void* originalDcid, ulong now);

    [LibraryImport(Crypto, EntryPoint = "ngtcp2_crypto_verify_retry_token")]
    public static partial int VerifyRetryToken(
        void* originalDcid, byte* token, nuint tokenLength, byte* secret, nuint secretLength, uint version, byte* remote, uint remoteLength,
        void* dcid, ulong timeout, ulong now);

    [LibraryImport(Crypto, EntryPoint = "ngtcp2_crypto_write_retry")]
    public static partial nint WriteRetry(
        byte* destination, nuint length, uint version, void* dcid, void* scid, void* originalDcid, byte* token, nuint tokenLength);

    [LibraryImport(Crypto, EntryPoint = "ngtcp2_crypto_gnutls_configure_server_session")]
    public static partial int ConfigureServer(nint session);

    [LibraryImport(Crypto, EntryPoint = "ngtcp2_crypto_gnutls_configure_client_session")]
    public static partial int ConfigureClient(nint session);
}

namespace QuicWasm.Native;

/// <summary>
/// Where structures of libngtcp2 have their fields, in bytes, on 64-bit systems. Structures are filled by the library's own functions
/// first, and live in blocks that are larger than any version's. A test compares these numbers with the headers'.
/// </summary>
internal sealed record QuicLayout
{
    /// <summary>Larger than any structure below.</summary>
    public const int BlockBytes = 512;

    public const int CidBytes = 32, CidData = 8, MaxCidBytes = 20;
    public const int VectorBytes = 16;
    public const int AddressBytes = 16, PathRemote = 16, PathBytes = 40;
    public const int HeaderScid = 32, HeaderToken = 72, HeaderTokenLength = 80, HeaderVersion = 104;
    public const int DecodedDcid = 8, DecodedDcidLength = 16, DecodedScid = 24, DecodedScidLength = 32;
    public const int CloseCode = 8, CloseReason = 24, CloseReasonLength = 32, CloseBytes = 40;
    public const int StatisticsSmoothedRtt = 16;
    public const int ParametersOriginalDcid = 96, ParametersRetryScid = 160, ParametersStreamDataLocal = 192, ParametersStreamDataRemote = 200;
    public const int ParametersStreamDataOneWay = 208, ParametersData = 216, ParametersStreams = 224, ParametersOneWayStreams = 232;
    public const int ParametersIdleTimeout = 240, ParametersConnectionIds = 256, ParametersMaxAckDelay = 272, ParametersResetTokenPresent = 288;

    // Callbacks stand in the same places in both series.
    public const int ClientInitial = 0, RecvClientInitial = 8, RecvCryptoData = 16, HandshakeCompleted = 24, Encrypt = 40, Decrypt = 48, HpMask = 56;
    public const int RecvStreamData = 64, AckedStreamData = 72, StreamOpen = 80, StreamClose = 88, RecvStatelessReset = 96, RecvRetry = 104;
    public const int ExtendMaxLocalStreams = 112, Rand = 128, GetNewConnectionId = 136, RemoveConnectionId = 144, UpdateKey = 152, StreamReset = 176;
    public const int ExtendMaxStreamData = 200, DeleteAead = 232, DeleteCipher = 240, GetPathChallenge = 272, VersionNegotiation = 288;

    /// <summary>Soname 9: 0.12, of Debian 12 and Ubuntu 24.04.</summary>
    public static QuicLayout Version0 { get; } = new()
    {
        SettingsCongestion = 40,
        SettingsInitialTime = 48,
        SettingsMaxPayload = 72,
        SettingsToken = 80,
        SettingsTokenLength = 88,
        SettingsMaxStreamWindow = 112,
        SettingsAckThreshold = 120,
        SettingsNoShaping = 128,
        SettingsHandshakeTimeout = 136,
        ParametersOriginalDcidPresent = null,
        ParametersRetryScidPresent = 290,
        ParametersResetToken = 292,
        StatisticsFunction = "ngtcp2_conn_get_conn_stat_versioned",
    };

    /// <summary>Soname 16: 1.x.</summary>
    public static QuicLayout Version1 { get; } = new()
    {
        SettingsCongestion = 8,
        SettingsInitialTime = 16,
        SettingsMaxPayload = 40,
        SettingsToken = 48,
        SettingsTokenLength = 56,
        SettingsMaxStreamWindow = 88,
        SettingsAckThreshold = 96,
        SettingsNoShaping = 104,
        SettingsHandshakeTimeout = 112,
        ParametersOriginalDcidPresent = 290,
        ParametersRetryScidPresent = 292,
        ParametersResetToken = 294,
        StatisticsFunction = "ngtcp2_conn_get_conn_info_versioned",
    };

    public required int SettingsCongestion { get; init; }

    public required int SettingsInitialTime { get; init; }

    public required int SettingsMaxPayload { get; init; }

    public required int SettingsToken { get; init; }

    public required int SettingsTokenLength { get; init; }

    public required int SettingsMaxStreamWindow { get; init; }

    public required int SettingsAckThreshold { get; init; }

    public required int SettingsNoShaping { get; init; }

    public required int SettingsHandshakeTimeout { get; init; }

    public required int? ParametersOriginalDcidPresent { get; init; }

    public required int ParametersRetryScidPresent { get; init; }

    public required int ParametersResetToken { get; init; }

    /// <summary>The function that tells round-trip times.</summary>
    public required string StatisticsFunction { get; init; }
}

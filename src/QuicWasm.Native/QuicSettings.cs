namespace QuicWasm.Native;

/// <summary>The settings of one session. Times in nanoseconds.</summary>
public sealed record QuicSettings
{
    /// <summary>How long the handshake may take.</summary>
    public required ulong HandshakeTimeoutNs { get; init; }

    /// <summary>How long the peer may be silent.</summary>
    public required ulong IdleTimeoutNs { get; init; }

    /// <summary>When to ask a silent peer for a sign.</summary>
    public required ulong KeepAliveNs { get; init; }

    /// <summary>How many streams the peer may have open.</summary>
    public required ulong MaxStreams { get; init; }

    /// <summary>How many streams that only it writes the peer may have open.</summary>
    public ulong MaxOneWayStreams { get; init; } = 1;

    /// <summary>How many bytes of a stream the peer may send before they are read.</summary>
    public required ulong StreamWindowBytes { get; init; }

    /// <summary>Up to how many the window grows when the reader keeps up; 0 keeps it.</summary>
    public required ulong MaxStreamWindowBytes { get; init; }

    /// <summary>How many bytes of all streams the peer may send at once.</summary>
    public required ulong WindowBytes { get; init; }

    /// <summary>0 reno, 1 cubic, 2 bbr: NGTCP2_CC_ALGO.</summary>
    public required int CongestionControl { get; init; }

    /// <summary>The largest UDP payload in bytes to try.</summary>
    public required int MaxPayloadBytes { get; init; }

    /// <summary>Whether that payload is known to arrive, so that no path discovery is needed.</summary>
    public required bool IsPayloadKnown { get; init; }

    /// <summary>What the peers agree to speak (ALPN).</summary>
    public required string Protocol { get; init; }

    /// <summary>The key of stateless reset tokens.</summary>
    public required ReadOnlyMemory<byte> ResetSecret { get; init; }

    /// <summary>An accepting side gives tickets under this key, of <see cref="TicketKeyBytes"/> bytes; empty: none.</summary>
    public ReadOnlyMemory<byte> TicketKey { get; init; }

    /// <summary>Whether a connecting side keeps tickets.</summary>
    public bool TakesTickets { get; init; }

    /// <summary>What a connecting side begins with; null: nothing.</summary>
    public QuicTicket? Ticket { get; init; }

    /// <summary>The length of a key for tickets.</summary>
    public const int TicketKeyBytes = 64;
}

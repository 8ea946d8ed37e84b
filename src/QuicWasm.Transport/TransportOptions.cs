namespace QuicWasm.Transport;

/// <summary>Limits and deadlines of one listener or connection. The defaults suit two machines in one data centre.</summary>
public sealed record TransportOptions
{
    /// <summary>The largest <see cref="MaxStreams"/> that is accepted from a peer or from a caller.</summary>
    public const int StreamLimit = 65_536;

    /// <summary>The defaults.</summary>
    public static TransportOptions Default { get; } = new();

    /// <summary>How long reaching the peer may take, and opening a stream, with waiting for a free one.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a peer may take from its first byte until both sides have agreed.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a peer's system may stay silent, probes unanswered, before the connection counts as lost.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long closing waits for the peer to see it.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The initial <see cref="ITransportStream.ReadTimeout"/> of streams; infinite, since servers wait for requests.</summary>
    public TimeSpan ReadTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The initial <see cref="ITransportStream.WriteTimeout"/> of streams; infinite, since back-pressure is no error.</summary>
    public TimeSpan WriteTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How many streams the peer may have open at once in one connection.</summary>
    public int MaxStreams { get; init; } = 256;

    /// <summary>How many connections a listener has at once.</summary>
    public int MaxConnections { get; init; } = 256;

    /// <summary>How many peers a listener has in their handshake at once; the others wait in the system's backlog.</summary>
    public int MaxPendingHandshakes { get; init; } = 64;

    /// <summary>This node's identity and the peers it trusts; transports that authenticate (<c>tls</c>, <c>quic</c>) need it.</summary>
    public PeerAuthentication? Authentication { get; init; }

    /// <summary>What only QUIC transports look at.</summary>
    public QuicOptions Quic { get; init; } = new();

    /// <summary>Lets a transport without authentication listen beyond the loopback addresses. Everyone who reaches the port can then use it.</summary>
    public bool AllowInsecureBind { get; init; }

    /// <summary>The size of a stream's send buffer in bytes; 0 leaves it to the system.</summary>
    public int SendBufferBytes { get; init; }

    /// <summary>The size of a stream's receive buffer in bytes; 0 leaves it to the system.</summary>
    public int ReceiveBufferBytes { get; init; }

    /// <summary>Called for each peer that a listener turns away, with the reason; from any thread.</summary>
    public Action<TransportException>? Refused { get; init; }

    /// <summary>Checks that the values make sense together.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One does not; the message names it.</exception>
    internal void Validate()
    {
        CheckDeadline(ConnectTimeout, nameof(ConnectTimeout), false);
        CheckDeadline(HandshakeTimeout, nameof(HandshakeTimeout), false);
        CheckDeadline(IdleTimeout, nameof(IdleTimeout), false);
        CheckDeadline(CloseTimeout, nameof(CloseTimeout), false);
        CheckDeadline(ReadTimeout, nameof(ReadTimeout), true);
        CheckDeadline(WriteTimeout, nameof(WriteTimeout), true);
        CheckCount(MaxStreams, nameof(MaxStreams), 1, StreamLimit);
        CheckCount(MaxConnections, nameof(MaxConnections), 1, int.MaxValue);
        CheckCount(MaxPendingHandshakes, nameof(MaxPendingHandshakes), 1, 65_536);
        CheckCount(SendBufferBytes, nameof(SendBufferBytes), 0, int.MaxValue);
        CheckCount(ReceiveBufferBytes, nameof(ReceiveBufferBytes), 0, int.MaxValue);
    }

    /// <summary>Refuses deadlines that a timer cannot keep.</summary>
    internal static void CheckDeadline(TimeSpan value, string name, bool mayBeInfinite)
    {
        if (mayBeInfinite && value == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(20))
        {
            throw new ArgumentOutOfRangeException(name, value, "must be more than zero and at most 20 days");
        }
    }

    private static void CheckCount(int value, string name, int minimum, int maximum)
    {
        if (value < minimum || value > maximum)
        {
            throw new ArgumentOutOfRangeException(name, value, $"must be from {minimum} to {maximum}");
        }
    }
}

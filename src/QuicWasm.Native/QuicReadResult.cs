namespace QuicWasm.Native;

/// <summary>What a packet or a timer has led to.</summary>
public enum QuicReadResult
{
    /// <summary>The connection goes on.</summary>
    Continues,

    /// <summary>The peer has closed it; <see cref="QuicSession.PeerClose"/> says how.</summary>
    ClosedByPeer,

    /// <summary>The peer no longer knows it (stateless reset).</summary>
    Reset,

    /// <summary>The packet is to be answered with a Retry, and the connection forgotten.</summary>
    RetryWanted,

    /// <summary>The connection is to be forgotten without a word.</summary>
    Dropped,

    /// <summary>The handshake did not end in time.</summary>
    HandshakeTimeout,

    /// <summary>The peer was silent for too long.</summary>
    IdleTimeout,

    /// <summary>Something is wrong, and <see cref="QuicSession.WriteFailure"/> tells the peer; <see cref="QuicSession.FailureText"/> says what.</summary>
    Failed,
}

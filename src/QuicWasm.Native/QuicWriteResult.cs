namespace QuicWasm.Native;

/// <summary>How the writing of a stream's bytes went.</summary>
public enum QuicWriteResult
{
    /// <summary>A packet is complete; there may be more to write.</summary>
    Packet,

    /// <summary>The bytes are in a packet that still has room: go on with another stream, or finish it.</summary>
    Coalesced,

    /// <summary>The peer's window for the stream is full.</summary>
    Blocked,

    /// <summary>The stream cannot be written any more.</summary>
    Gone,

    /// <summary>Nothing more may be sent now: the congestion window is full, or there is nothing.</summary>
    Idle,

    /// <summary>The connection is broken; <see cref="QuicSession.FailureText"/> says how.</summary>
    Failed,
}

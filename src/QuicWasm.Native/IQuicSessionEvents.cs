namespace QuicWasm.Native;

/// <summary>What a <see cref="QuicSession"/> tells of, from within its Read, Write and timer calls and on their thread. Spans are good until the call returns.</summary>
public interface IQuicSessionEvents
{
    /// <summary>The cryptographic handshake is done; certificates can be asked for.</summary>
    void HandshakeCompleted();

    /// <summary>The accepting side has given what the next connection can begin with.</summary>
    void TicketReceived(QuicTicket ticket);

    /// <summary>The peer opened a stream.</summary>
    void StreamOpened(long streamId);

    /// <summary>The next bytes of a stream, in order; and whether they are the last.</summary>
    void StreamReceived(long streamId, ReadOnlySpan<byte> bytes, bool isEnd);

    /// <summary>The peer has all bytes of a stream up to <paramref name="endOffset"/>.</summary>
    void StreamAcknowledged(long streamId, ulong endOffset);

    /// <summary>The peer aborted its direction of a stream.</summary>
    void StreamAborted(long streamId, ulong code);

    /// <summary>Both directions are over, aborted when there is a code; the stream is forgotten, and its send buffer free.</summary>
    void StreamClosed(long streamId, ulong? code);

    /// <summary>The peer lets this side send more of a stream.</summary>
    void StreamUnblocked(long streamId);

    /// <summary>The peer lets this side open more streams.</summary>
    void StreamsAllowed();

    /// <summary>So many bytes of packets go out now: told before the peer can have them.</summary>
    void Sending(int bytes);

    /// <summary>Packets for this connection may come with that connection id from now on.</summary>
    void ConnectionIdAdded(ReadOnlySpan<byte> id);

    /// <summary>Packets no longer come with it.</summary>
    void ConnectionIdRemoved(ReadOnlySpan<byte> id);
}

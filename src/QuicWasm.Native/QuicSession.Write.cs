namespace QuicWasm.Native;

/// <summary>How a session writes packets: into one batch, which goes out with as few system calls as the kernel allows.</summary>
public sealed unsafe partial class QuicSession
{
    private const int BatchBytes = 64 << 10;

    // UDP datagrams of one system call: the kernel's limits on their number and on their bytes together.
    private const int MaxSegments = 64;
    private const int MaxBatchBytes = 65_000;

    private int _filledBytes;
    private int _segmentBytes;
    private int _closeBytes;
    private int _batchRemoteBytes;

    /// <summary>Writes a stream's next bytes into the current packet.</summary>
    /// <param name="streamId">The stream.</param>
    /// <param name="buffer">Its bytes.</param>
    /// <param name="finish">Whether the stream ends with the last of them.</param>
    /// <param name="finished">Whether its end was written.</param>
    /// <param name="nowNs">The time; the same until the packet is finished.</param>
    public QuicWriteResult WriteStream(long streamId, QuicSendBuffer buffer, bool finish, out bool finished, ulong nowNs)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        var vectors = stackalloc QuicVector[2];
        var count = buffer.Gather(vectors);
        var offered = 0L;
        for (var index = 0; index < count; index++)
        {
            offered += (long)vectors[index].Length;
        }

        finish &= (ulong)offered == buffer.UnsentBytes;
        var flags = Ngtcp2Calls.WriteMore | (finish ? Ngtcp2Calls.WriteFin : 0);
        var result = Write(flags, streamId, vectors, count, nowNs, out var taken);
        if (taken >= 0)
        {
            buffer.MarkSent(taken);
        }

        finished = finish && taken == offered;
        return result;
    }

    /// <summary>Finishes the current packet, with whatever the library has to say besides streams.</summary>
    public QuicWriteResult FinishPacket(ulong nowNs) => Write(0, -1, null, 0, nowNs, out _);

    /// <summary>Sends what was written. To be called after the last packet of a turn.</summary>
    /// <param name="nowNs">The time.</param>
    /// <param name="isPaced">Whether the next packets wait, so that they do not leave in one burst.</param>
    public void Flush(ulong nowNs, bool isPaced)
    {
        Send();
        if (isPaced)
        {
            Ngtcp2Calls.UpdateSendTime(Connection, nowNs);
        }
    }

    /// <summary>Closes: tells the peer once, and again for each call of <see cref="RepeatClose"/>.</summary>
    /// <param name="code">The application's code.</param>
    /// <param name="nowNs">The time.</param>
    public void WriteClose(ulong code, ulong nowNs) => WriteClose(isApplication: true, code, nowNs);

    /// <summary>Closes after a failure of QUIC or TLS.</summary>
    public void WriteFailure(ulong nowNs)
    {
        var alert = Ngtcp2Calls.GetTlsAlert(Connection);
        WriteClose(isApplication: false, alert != 0 ? 0x100UL | alert : Ngtcp2Calls.InferTransportError(_lastError), nowNs);
    }

    /// <summary>Tells a peer that goes on sending that the connection is closed.</summary>
    public void RepeatClose()
    {
        if (_closeBytes > 0)
        {
            _socket.Send(new ReadOnlySpan<byte>(_batch, _closeBytes), _closeBytes, WriteTarget);
        }
    }

    private ReadOnlySpan<byte> BatchTarget => new(_block + BatchRemote, _batchRemoteBytes);

    /// <summary>Where the packet that was written last goes to: while the peer's new address is looked at, that differs.</summary>
    private ReadOnlySpan<byte> WriteTarget => new(_block + WriteRemote, *(int*)(_block + WritePath + QuicLayout.PathRemote + 8));

    private void WriteClose(bool isApplication, ulong code, ulong nowNs)
    {
        Send();
        var error = stackalloc byte[QuicLayout.CloseBytes];
        new Span<byte>(error, QuicLayout.CloseBytes).Clear();
        *(int*)error = isApplication ? 1 : 0;
        *(ulong*)(error + QuicLayout.CloseCode) = code;
        var length = Ngtcp2Calls.WriteConnectionClose(
            Connection, _block + WritePath, Ngtcp2Calls.StructureVersion, _block + PacketInfo, _batch, Ngtcp2Calls.GetMaxPayload(Connection), error, nowNs);
        ThrowKept();

        // Zero or an error: the library has nothing to tell, since the peer never answered or has closed, too.
        _closeBytes = (int)Math.Max(length, 0);
        RepeatClose();
    }

    private QuicWriteResult Write(uint flags, long streamId, QuicVector* vectors, int count, ulong nowNs, out long taken)
    {
        nint accepted = -1;
        // Packets of the handshake are padded to all the room there is.
        var room = IsEstablished ? Ngtcp2Calls.GetMaxPayload(Connection) : QuicPackets.MinInitialBytes;
        var length = Ngtcp2Calls.WriteStream(
            Connection, _block + WritePath, Ngtcp2Calls.StructureVersion, _block + PacketInfo, _batch + _filledBytes, room, &accepted,
            flags, streamId, vectors, (nuint)count, nowNs);
        ThrowKept();
        taken = accepted;
        switch (length)
        {
            case > 0:
                Add((int)length, (int)room);
                return QuicWriteResult.Packet;
            case 0:
                return QuicWriteResult.Idle;
            case Ngtcp2Calls.More:
                return QuicWriteResult.Coalesced;
            case Ngtcp2Calls.StreamDataBlocked:
                return QuicWriteResult.Blocked;
            case Ngtcp2Calls.StreamNotFound or Ngtcp2Calls.StreamShutWrite:
                return QuicWriteResult.Gone;
            default:
                _lastError = (int)length;
                return QuicWriteResult.Failed;
        }
    }

    /// <summary>A packet is complete. All of a batch have one length, but for the last, which may be shorter.</summary>
    private void Add(int lengthBytes, int roomBytes)
    {
        if (_filledBytes > 0 && (lengthBytes > _segmentBytes || !WriteTarget.SequenceEqual(BatchTarget)))
        {
            // A probe of a longer path, or of another address: alone.
            var packet = new ReadOnlySpan<byte>(_batch + _filledBytes, lengthBytes);
            Send();
            packet.CopyTo(new Span<byte>(_batch, lengthBytes));
        }

        if (_filledBytes == 0)
        {
            _segmentBytes = lengthBytes;
            WriteTarget.CopyTo(new Span<byte>(_block + BatchRemote, BlockBytes - BatchRemote));
            _batchRemoteBytes = WriteTarget.Length;
        }

        _filledBytes += lengthBytes;
        if (lengthBytes < _segmentBytes || _filledBytes / _segmentBytes == MaxSegments || _filledBytes + Math.Max(roomBytes, _segmentBytes) > MaxBatchBytes)
        {
            Send();
        }
    }

    private void Send()
    {
        if (_filledBytes > 0)
        {
            Events.Sending(_filledBytes);
            _socket.Send(new ReadOnlySpan<byte>(_batch, _filledBytes), _segmentBytes, BatchTarget);
            _filledBytes = 0;
        }
    }
}

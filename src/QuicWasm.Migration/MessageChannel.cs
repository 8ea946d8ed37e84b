using System.Buffers;
using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>
/// Messages and chunks of granules over one stream. One task sends and one receives. Whatever the transport throws comes out as a
/// <see cref="MigrationException"/> that names the peer.
/// </summary>
internal sealed class MessageChannel : IAsyncDisposable
{
    private readonly CoalescingStream _stream;
    private readonly FrameReader _reader;
    private readonly FrameWriter _writer;
    private readonly ArrayBufferWriter<byte> _message = new(256);

    public MessageChannel(ITransportStream stream, int maxReceiveBytes)
    {
        _stream = new CoalescingStream(stream);
        _reader = new FrameReader(_stream, maxReceiveBytes);
        _writer = new FrameWriter(_stream, ProtocolLimits.MaxAnswerBytes);
        Peer = stream.Connection.RemotePeer;
    }

    /// <summary>The peer in words: its address, until its name is known.</summary>
    public string Peer { get; set; }

    /// <summary>How long a read waits for the first byte, and a write for progress.</summary>
    public TimeSpan StallDeadline
    {
        set
        {
            _stream.ReadTimeout = value;
            _stream.WriteTimeout = value;
        }
    }

    /// <summary>How long a read waits for the first byte.</summary>
    public TimeSpan ReadDeadline
    {
        set => _stream.ReadTimeout = value;
    }

    /// <summary>From now on waits on the calling thread, where the transport can: see <see cref="ITransportStream.TryDedicate"/>.</summary>
    public bool TryDedicate(TimeSpan spin = default) => _stream.TryDedicate(spin);

    /// <summary>Sends a message, and everything before it.</summary>
    /// <returns>Its length in bytes, framing included.</returns>
    public async ValueTask<int> SendAsync(Message message, ulong requestId, int maximumBytes, CancellationToken cancellationToken)
    {
        int length = await PutAsync(message, requestId, maximumBytes, cancellationToken);
        await FlushAsync(cancellationToken);
        return length;
    }

    /// <summary>Sends a message; it leaves with the next flush at the latest.</summary>
    /// <returns>Its length in bytes, framing included.</returns>
    public async ValueTask<int> PutAsync(Message message, ulong requestId, int maximumBytes, CancellationToken cancellationToken)
    {
        _message.ResetWrittenCount();
        message.Write(_message);
        int length = _message.WrittenCount;
        if (length > maximumBytes)
        {
            throw new MigrationException(
                MigrationError.LimitExceeded, $"the message {message.Kind} of {length} bytes is over the {maximumBytes} bytes that {Peer} accepts");
        }

        await SendAsync(message.Kind, requestId, _message.WrittenMemory, cancellationToken);
        return length + FrameHeader.LengthBytes;
    }

    /// <summary>Sends a frame; it leaves with the next flush at the latest.</summary>
    public async ValueTask SendAsync(MessageKind kind, ulong requestId, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        try
        {
            await _writer.WriteAsync((ushort)kind, 0, requestId, payload, cancellationToken);
        }
        catch (TransportException e)
        {
            throw TransportErrors.Translate(e, $"sending {kind} to {Peer}");
        }
    }

    /// <summary>Sends what has been put together.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _stream.FlushAsync(cancellationToken);
        }
        catch (TransportException e)
        {
            throw TransportErrors.Translate(e, $"sending to {Peer}");
        }
    }

    /// <summary>The head of the next frame, or null where the peer has nothing more to say.</summary>
    public async ValueTask<FrameHeader?> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        try
        {
            FrameHeader? header = await _reader.ReadHeaderAsync(cancellationToken);
            return header is not { } frame || (frame.Kind is > 0 and <= byte.MaxValue && frame.Flags == 0)
                ? header
                : throw new MigrationException(
                    MigrationError.ProtocolViolation, $"{Peer} sent a frame of the unknown kind {frame.Kind} with flags {frame.Flags}");
        }
        catch (TransportException e)
        {
            throw TransportErrors.Translate(e, $"waiting for {Peer}");
        }
    }

    /// <summary>The payload of the frame whose head was read.</summary>
    public async ValueTask ReadPayloadAsync(Memory<byte> payload, CancellationToken cancellationToken)
    {
        try
        {
            await _reader.ReadPayloadAsync(payload, cancellationToken);
        }
        catch (TransportException e)
        {
            throw TransportErrors.Translate(e, $"receiving from {Peer}");
        }
    }

    /// <summary>The message of the frame whose head was read.</summary>
    public async ValueTask<Message> ReadMessageAsync(FrameHeader header, CancellationToken cancellationToken)
    {
        byte[] payload = ArrayPool<byte>.Shared.Rent(Math.Max(header.PayloadBytes, 1));
        try
        {
            await ReadPayloadAsync(payload.AsMemory(0, header.PayloadBytes), cancellationToken);
            return Message.Read((MessageKind)header.Kind, payload.AsSpan(0, header.PayloadBytes));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(payload);
        }
    }

    /// <summary>Ends the stream so that what was sent arrives.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _stream.CompleteWritesAsync(cancellationToken);
        }
        catch (TransportException e)
        {
            throw TransportErrors.Translate(e, $"ending a stream to {Peer}");
        }
    }

    /// <summary>Ends the stream at once.</summary>
    public void Abort() => _stream.Abort(TransportCodes.None);

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _reader.Dispose();
        _writer.Dispose();
    }
}

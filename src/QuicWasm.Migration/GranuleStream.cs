using System.Buffers;
using QuicWasm.Native;
using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>The asking end of a stream of granules: sends requests, and receives their chunks in order, each checked before it is handed on.</summary>
internal sealed class GranuleStream(MessageChannel channel, uint handle, GranulePlan plan, TransferCounters counters, CodecChoice codecs) : IAsyncDisposable
{
    private readonly BlockCompression _compression = new();
    private byte[] _buffer = [];
    private byte[] _plain = [];
    private ulong _lastRequestId;
    private ulong _zerosLeft;
    private ulong _zerosRequestId;
    private uint _zerosReadNs;
    private FrameHeader? _header;

    /// <summary>The peer in words.</summary>
    public string Peer => channel.Peer;

    /// <summary>The image's handle in its connection.</summary>
    public uint Handle => handle;

    /// <summary>The number of the next request, which its chunks carry.</summary>
    public ulong NextRequestId => _lastRequestId + 1;

    /// <inheritdoc cref="MessageChannel.TryDedicate"/>
    public bool TryDedicate(TimeSpan spin = default) => channel.TryDedicate(spin);

    /// <summary>Asks for granules.</summary>
    /// <returns>The request's number.</returns>
    public async ValueTask<ulong> RequestAsync(GranuleRun run, long granulesInFlight, long bytesInFlight, CancellationToken cancellationToken)
    {
        ulong requestId = ++_lastRequestId;
        GetGranulesMessage request = new(handle, [run], codecs.Next);
        int sent = await channel.SendAsync(request, requestId, ProtocolLimits.MaxRequestBytes, cancellationToken);
        counters.AddRequest(sent, granulesInFlight, bytesInFlight);
        return requestId;
    }

    /// <summary>Waits until the peer sends something, however long that is.</summary>
    /// <exception cref="MigrationException">The peer is gone.</exception>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (_zerosLeft == 0)
        {
            _header ??= await ReadHeaderAsync(cancellationToken);
        }
    }

    /// <summary>Receives the next stretch, which must be the one that is due: a chunk of bytes, or zeros. It may be of several granules.</summary>
    /// <param name="due">What is left of the run that was asked for, from the granule on that is due.</param>
    /// <param name="offset">Where in that granule.</param>
    /// <param name="requestId">The request that it answers.</param>
    /// <param name="byteClass">What it is counted as.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>The stretch; its body is good until the next call.</returns>
    /// <exception cref="MigrationException">The peer sent an error or something else, or is gone.</exception>
    public async ValueTask<GranulePiece> ReceiveAsync(
        GranuleRun due, ulong offset, ulong requestId, ByteClass byteClass, CancellationToken cancellationToken)
    {
        ulong left = plan.LengthOf(due) - offset;
        if (_zerosLeft > 0)
        {
            return TakeZeros(requestId, left);
        }

        FrameHeader header = _header ?? await ReadHeaderAsync(cancellationToken);
        _header = null;
        if (header.Kind == (ushort)MessageKind.GranuleZeros)
        {
            await ReadZerosAsync(header, due.First, offset, requestId, byteClass, cancellationToken);
            return TakeZeros(requestId, left);
        }

        if (header.Kind is not ((ushort)MessageKind.GranuleChunk or (ushort)MessageKind.GranuleBlock))
        {
            throw await UnexpectedAsync(header, cancellationToken);
        }

        bool isBlock = header.Kind == (ushort)MessageKind.GranuleBlock;
        int headBytes = isBlock ? GranuleBlockHeader.LengthBytes : GranuleChunkHeader.LengthBytes;
        if (header.PayloadBytes <= headBytes || header.PayloadBytes > headBytes + ProtocolLimits.MaxChunkBytes)
        {
            throw Violation($"a chunk of {header.PayloadBytes} bytes");
        }

        Memory<byte> payload = Room(ref _buffer, header.PayloadBytes);
        await channel.ReadPayloadAsync(payload, cancellationToken);
        GranuleBlockHeader block = isBlock
            ? GranuleBlockHeader.Read(payload.Span[..headBytes])
            : new GranuleBlockHeader(GranuleChunkHeader.Read(payload.Span[..headBytes]), BlockCodec.None, header.PayloadBytes - headBytes);
        Check(block, header, requestId, due, offset, left);
        ReadOnlyMemory<byte> body = Decompress(block, payload[headBytes..]);
        counters.AddChunk(byteClass, header.PayloadBytes - headBytes, body.Length, FrameHeader.LengthBytes + headBytes);
        codecs.Arrived(FrameHeader.LengthBytes + header.PayloadBytes, body.Length);
        return new GranulePiece(body, 0, block.Chunk.ReadNs);
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        _compression.Dispose();
        Return(ref _buffer);
        Return(ref _plain);
    }

    // Before anything is made of it: the one that is due, and no longer than what is due.
    private void Check(GranuleBlockHeader block, FrameHeader header, ulong requestId, GranuleRun due, ulong offset, ulong left)
    {
        GranuleChunkHeader chunk = block.Chunk;
        if (header.RequestId != requestId || chunk.Granule != due.First || chunk.Offset != offset)
        {
            throw Violation(
                $"offset {chunk.Offset} of granule {chunk.Granule} for request {header.RequestId} "
                + $"where offset {offset} of granule {due.First} for request {requestId} is due");
        }

        if ((ulong)block.PlainBytes > left || chunk.IsLast != plan.EndsGranule(due, offset + (ulong)block.PlainBytes))
        {
            throw Violation($"{block.PlainBytes} bytes from granule {due.First} on where {left} are left");
        }
    }

    private ReadOnlyMemory<byte> Decompress(GranuleBlockHeader block, ReadOnlyMemory<byte> body)
    {
        if (block.Codec == BlockCodec.None)
        {
            return body;
        }

        Memory<byte> plain = Room(ref _plain, block.PlainBytes);
        return _compression.TryDecompress(block.Codec, body.Span, plain.Span)
            ? plain
            : throw Violation($"{body.Length} bytes by {block.Codec} that are not {block.PlainBytes} bytes of granule {block.Chunk.Granule}");
    }

    private async ValueTask<FrameHeader> ReadHeaderAsync(CancellationToken cancellationToken) => await channel.ReadHeaderAsync(cancellationToken)
        ?? throw new MigrationException(MigrationError.ConnectionLost, $"{Peer} ended the stream of granules");

    private async ValueTask ReadZerosAsync(
        FrameHeader header, int granule, ulong offset, ulong requestId, ByteClass byteClass, CancellationToken cancellationToken)
    {
        var zeros = (GranuleZerosMessage)await channel.ReadMessageAsync(header, cancellationToken);
        if (header.RequestId != requestId || zeros.Granule != granule || zeros.Offset != offset)
        {
            throw Violation($"zeros at offset {zeros.Offset} of granule {zeros.Granule} where offset {offset} of granule {granule} is due");
        }

        _zerosLeft = zeros.LengthBytes;
        _zerosRequestId = requestId;
        _zerosReadNs = zeros.ReadNs;
        counters.AddChunk(byteClass, 0, 0, FrameHeader.LengthBytes + header.PayloadBytes);
    }

    private GranulePiece TakeZeros(ulong requestId, ulong left)
    {
        if (_zerosRequestId != requestId)
        {
            throw Violation($"{_zerosLeft} zeros more than request {_zerosRequestId} asked for");
        }

        ulong taken = Math.Min(_zerosLeft, left);
        _zerosLeft -= taken;
        counters.AddZeros(taken);
        uint readNs = _zerosReadNs;
        _zerosReadNs = 0;
        return new GranulePiece(default, taken, readNs);
    }

    private async ValueTask<MigrationException> UnexpectedAsync(FrameHeader header, CancellationToken cancellationToken)
    {
        Message message = await channel.ReadMessageAsync(header, cancellationToken);
        return message is ErrorMessage error ? new MigrationException(error.Error, $"{Peer} says: {error.Text}") : Violation($"the message {message.Kind}");
    }

    private MigrationException Violation(string what) =>
        new(MigrationError.ProtocolViolation, $"{Peer} sent {what}; do both nodes run the same release?");

    private static Memory<byte> Room(ref byte[] buffer, int lengthBytes)
    {
        if (buffer.Length < lengthBytes)
        {
            Return(ref buffer);
            buffer = ArrayPool<byte>.Shared.Rent(lengthBytes);
        }

        return buffer.AsMemory(0, lengthBytes);
    }

    private static void Return(ref byte[] buffer)
    {
        byte[] rented = buffer;
        buffer = [];
        if (rented.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}

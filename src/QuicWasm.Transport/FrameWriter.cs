using System.Buffers;
using System.Runtime.CompilerServices;
using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>
/// Writes frames to a stream, from any number of threads: one frame is written after the other. Short payloads go out together with
/// their header; long ones straight from the caller's memory, in as many pieces as it has.
/// </summary>
public sealed class FrameWriter : IDisposable
{
    /// <summary>The largest payload that a reader accepts unless told otherwise.</summary>
    public const int DefaultMaxPayloadBytes = 16 << 20;

    /// <summary>Below this, copying into one write is cheaper than a write more.</summary>
    private const int GatherBytes = 16 << 10;

    private readonly ITransportStream _stream;
    private readonly int _maxPayloadBytes;
    private readonly SemaphoreSlim _turn = new(1);
    private byte[]? _gather = ArrayPool<byte>.Shared.Rent(GatherBytes);
    private uint _ordinal;
    private int _gathered;
    private bool _isMidway;

    /// <summary>A writer of the first frame and those that follow. The stream stays the caller's.</summary>
    /// <param name="stream">Where to; nobody else may write to it.</param>
    /// <param name="maxPayloadBytes">The largest payload that the peer accepts.</param>
    public FrameWriter(ITransportStream stream, int maxPayloadBytes = DefaultMaxPayloadBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(maxPayloadBytes);
        _stream = stream;
        _maxPayloadBytes = maxPayloadBytes;
    }

    /// <summary>Writes a frame whose payload is in one piece.</summary>
    /// <inheritdoc cref="WriteAsync(ushort, ushort, ulong, ReadOnlyMemory{ReadOnlyMemory{byte}}, CancellationToken)"/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ushort kind, ushort flags, ulong requestId, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken = default)
    {
        CheckLength(payload.Length);
        var header = new FrameHeader(kind, flags, requestId, payload.Length);
        var checksum = Crc32C.Append(0, payload.Span);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            Begin(header, checksum);
            await AddAsync(payload, cancellationToken);
            await EndAsync(cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Writes a frame whose payload is in pieces, without putting them together first. Waits until the stream has taken them.</summary>
    /// <param name="kind">What the frame is.</param>
    /// <param name="flags">How to read it.</param>
    /// <param name="requestId">To which request it belongs.</param>
    /// <param name="pieces">The payload; unchanged until the write ends.</param>
    /// <param name="cancellationToken">A frame that is cancelled midway aborts the stream.</param>
    /// <exception cref="TransportException">The payload is over the limit (and nothing is written), or the stream failed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ushort kind, ushort flags, ulong requestId, ReadOnlyMemory<ReadOnlyMemory<byte>> pieces, CancellationToken cancellationToken = default)
    {
        var header = new FrameHeader(kind, flags, requestId, Measure(pieces.Span, out var checksum));
        await _turn.WaitAsync(cancellationToken);
        try
        {
            Begin(header, checksum);
            for (var index = 0; index < pieces.Length; index++)
            {
                await AddAsync(pieces.Span[index], cancellationToken);
            }

            await EndAsync(cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Gives the buffer back. No write may be active.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _gather, null) is { } gather)
        {
            ArrayPool<byte>.Shared.Return(gather);
            _turn.Dispose();
        }
    }

    private int Measure(ReadOnlySpan<ReadOnlyMemory<byte>> pieces, out uint checksum)
    {
        long length = 0;
        checksum = 0;
        foreach (var piece in pieces)
        {
            length += piece.Length;
        }

        CheckLength(length);
        foreach (var piece in pieces)
        {
            checksum = Crc32C.Append(checksum, piece.Span);
        }

        return (int)length;
    }

    private void CheckLength(long length)
    {
        ObjectDisposedException.ThrowIf(_gather is null, this);
        if (length > _maxPayloadBytes)
        {
            throw new TransportException(TransportError.FrameTooLarge, $"a frame of {length} bytes is over the limit of {_maxPayloadBytes}; send it in parts");
        }
    }

    private void Begin(FrameHeader header, uint checksum)
    {
        header.Write(_gather, checksum, _ordinal);
        _gathered = FrameHeader.LengthBytes;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AddAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        if (piece.Length <= GatherBytes - _gathered)
        {
            piece.CopyTo(_gather.AsMemory(_gathered));
            _gathered += piece.Length;
            return;
        }

        await FlushAsync(cancellationToken);
        await _stream.WriteAsync(piece, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        _isMidway = false;
        _ordinal++;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_gathered > 0)
        {
            await _stream.WriteAsync(_gather.AsMemory(0, _gathered), cancellationToken);
            _gathered = 0;
            _isMidway = true;
        }
    }

    /// <summary>Lets the next frame in. One that stopped midway would be taken for the beginning of that: it ends the stream.</summary>
    private void Leave()
    {
        if (_isMidway)
        {
            _stream.Abort(TransportCodes.Cancelled);
        }

        _turn.Release();
    }
}

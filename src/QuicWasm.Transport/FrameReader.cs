using System.Buffers;
using System.Runtime.CompilerServices;
using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>
/// Reads frames from a stream: a header, then its payload, straight into the memory that the caller chooses for it. Whatever is wrong
/// with a frame aborts the stream, and is thrown by this read and every later one.
/// </summary>
public sealed class FrameReader : IDisposable
{
    private const int BufferBytes = 16 << 10;

    private readonly ITransportStream _stream;
    private readonly int _maxPayloadBytes;
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private TransportException? _failure;
    private uint _ordinal;
    private uint _expectedChecksum;
    private uint _checksum;
    private int _start;
    private int _end;
    private int _payloadLeft;

    /// <summary>A reader of the first frame and those that follow. The stream stays the caller's.</summary>
    /// <param name="stream">Where from; nobody else may read from it.</param>
    /// <param name="maxPayloadBytes">Frames with a longer payload are refused before anything is allocated.</param>
    public FrameReader(ITransportStream stream, int maxPayloadBytes = FrameWriter.DefaultMaxPayloadBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(maxPayloadBytes);
        _stream = stream;
        _maxPayloadBytes = maxPayloadBytes;
    }

    /// <summary>Reads the next header. A cancelled read loses nothing.</summary>
    /// <returns>The header, or null when the stream ended after a whole frame.</returns>
    /// <exception cref="TransportException">The frame is wrong, or the stream failed.</exception>
    /// <exception cref="InvalidOperationException">The payload before has not been read.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<FrameHeader?> ReadHeaderAsync(CancellationToken cancellationToken = default)
    {
        var buffer = CheckUsable();
        if (_payloadLeft > 0)
        {
            throw new InvalidOperationException($"{_payloadLeft} bytes of the payload before have not been read");
        }

        while (_end - _start < FrameHeader.LengthBytes)
        {
            MakeRoom(buffer);
            var count = await _stream.ReadAsync(buffer.AsMemory(_end), cancellationToken);
            if (count == 0)
            {
                return _end == _start ? null : throw Fail(CutOff($"{_end - _start} bytes into a header"));
            }

            _end += count;
        }

        try
        {
            var header = FrameHeader.Read(buffer.AsSpan(_start), _ordinal, _maxPayloadBytes, Describe(), out _expectedChecksum);
            _start += FrameHeader.LengthBytes;
            _ordinal++;
            _payloadLeft = header.PayloadBytes;
            _checksum = 0;
            if (_payloadLeft == 0)
            {
                CheckPayload();
            }

            return header;
        }
        catch (TransportException exception) when (_failure is null)
        {
            throw Fail(exception);
        }
    }

    /// <summary>
    /// Reads the payload, or the next part of it: all of <paramref name="destination"/> is filled. The checksum is looked at after
    /// the last part, so nothing may be used before.
    /// </summary>
    /// <param name="destination">Where to; not longer than what is left of the payload.</param>
    /// <param name="cancellationToken">A payload that is cancelled midway aborts the stream.</param>
    /// <exception cref="TransportException">The payload is cut off or damaged, or the stream failed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadPayloadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        var buffer = CheckUsable();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, _payloadLeft, nameof(destination));
        try
        {
            while (destination.Length > 0)
            {
                var count = _start < _end ? TakeBuffered(buffer, destination) : await ReceiveAsync(buffer, destination, cancellationToken);
                _checksum = Crc32C.Append(_checksum, destination.Span[..count]);
                _payloadLeft -= count;
                destination = destination[count..];
            }
        }
        catch (OperationCanceledException)
        {
            Fail(new TransportException(TransportError.StreamAborted, $"reading a payload of {Describe()} was cancelled midway", TransportCodes.Cancelled));
            throw;
        }
        catch (TransportException exception)
        {
            _failure ??= exception;
            throw;
        }

        if (_payloadLeft == 0)
        {
            CheckPayload();
        }
    }

    /// <summary>Reads a whole frame into memory from a pool.</summary>
    /// <returns>The frame, to be disposed of, or null when the stream ended after a whole frame.</returns>
    /// <exception cref="TransportException">The frame is wrong, or the stream failed.</exception>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (await ReadHeaderAsync(cancellationToken) is not { } header)
        {
            return null;
        }

        var owner = MemoryPool<byte>.Shared.Rent(header.PayloadBytes);
        try
        {
            await ReadPayloadAsync(owner.Memory[..header.PayloadBytes], cancellationToken);
            return new Frame(header, owner);
        }
        catch
        {
            owner.Dispose();
            throw;
        }
    }

    /// <summary>Gives the buffer back. No read may be active.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private byte[] CheckUsable()
    {
        if (_failure is { } failure)
        {
            throw failure.Again();
        }

        return _buffer ?? throw new ObjectDisposedException(nameof(FrameReader));
    }

    private void MakeRoom(byte[] buffer)
    {
        if (_start > 0)
        {
            buffer.AsSpan(_start, _end - _start).CopyTo(buffer);
            _end -= _start;
            _start = 0;
        }
    }

    private int TakeBuffered(byte[] buffer, Memory<byte> destination)
    {
        var count = Math.Min(_end - _start, destination.Length);
        buffer.AsSpan(_start, count).CopyTo(destination.Span);
        _start += count;
        return count;
    }

    /// <summary>Long rests go straight to the caller; short ones through the buffer, which then also gets the next header.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(byte[] buffer, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var isLong = destination.Length >= buffer.Length / 2;
        var count = await _stream.ReadAsync(isLong ? destination : buffer, cancellationToken);
        if (count == 0)
        {
            throw Fail(CutOff($"{_payloadLeft} bytes before the end of a payload"));
        }

        if (isLong)
        {
            return count;
        }

        _start = 0;
        _end = count;
        return TakeBuffered(buffer, destination);
    }

    private void CheckPayload()
    {
        if (_checksum != _expectedChecksum)
        {
            throw Fail(new TransportException(TransportError.BadFrame, $"the payload of frame {_ordinal - 1} of {Describe()} is damaged: its checksum does not match"));
        }
    }

    private TransportException Fail(TransportException failure)
    {
        _failure = failure;
        _stream.Abort(failure.Code ?? TransportCodes.BadFrame);
        return failure;
    }

    private TransportException CutOff(string where) => new(TransportError.BadFrame, $"{Describe()} ended {where}");

    private string Describe() => $"stream {_stream.Number} of {_stream.Connection.RemotePeer}";
}

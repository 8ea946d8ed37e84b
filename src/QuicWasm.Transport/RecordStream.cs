using System.Buffers;
using System.Net.Sockets;

namespace QuicWasm.Transport;

/// <summary>
/// What TLS reads from and writes to: the socket, with every byte counted. TLS reads and writes single records, of 16 KiB at most; here
/// those of one large write leave together, and what has come together is taken from the system at once.
/// </summary>
internal sealed class RecordStream(Socket socket, Action<int> countRead, Action<int> countWrite) : Stream
{
    private const int ReceivedBytes = 64 << 10;
    private const int GatheredBytes = 128 << 10;

    private byte[]? _received;
    private int _receivedFrom, _receivedTo;
    private bool _isMuch;
    private byte[]? _gathered;
    private int _gatheredBytes;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Keeps what is written from now on until there is much of it, or <see cref="SendGatheredAsync"/> is called.</summary>
    public void Gather() => _gathered ??= ArrayPool<byte>.Shared.Rent(GatheredBytes);

    /// <summary>Sends what was kept since <see cref="Gather"/>; later writes are sent at once again.</summary>
    public async ValueTask SendGatheredAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = _gathered!;
        await SendAsync(buffer.AsMemory(0, _gatheredBytes), cancellationToken);
        (_gathered, _gatheredBytes) = (null, 0);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_receivedFrom == _receivedTo)
        {
            return ReceiveAsync(buffer, cancellationToken);
        }

        return new ValueTask<int>(TakeReceived(buffer.Span));
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_gathered is null)
        {
            await SendAsync(buffer, cancellationToken);
            return;
        }

        while (buffer.Length > 0)
        {
            if (_gatheredBytes == _gathered.Length)
            {
                await SendAsync(_gathered, cancellationToken);
                _gatheredBytes = 0;
            }

            var count = Math.Min(buffer.Length, _gathered.Length - _gatheredBytes);
            buffer.Span[..count].CopyTo(_gathered.AsSpan(_gatheredBytes));
            _gatheredBytes += count;
            buffer = buffer[count..];
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
        // What is gathered is sent by who has asked for that.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("only asynchronous");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("only asynchronous");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // Straight to where TLS wants it, unless the last read filled that: then more is waiting than it asks for.
    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var isMuch = _isMuch && buffer.Length < ReceivedBytes;
        _received = isMuch ? _received ?? new byte[ReceivedBytes] : _received;
        var target = isMuch ? _received : buffer;
        var count = await socket.ReceiveAsync(target, SocketFlags.None, cancellationToken);
        countRead(count);
        _isMuch = count >= buffer.Length;
        if (!isMuch)
        {
            return count;
        }

        (_receivedFrom, _receivedTo) = (0, count);
        return TakeReceived(buffer.Span);
    }

    private int TakeReceived(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _receivedTo - _receivedFrom);
        _received.AsSpan(_receivedFrom, count).CopyTo(buffer);
        _receivedFrom += count;
        return count;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            var count = await socket.SendAsync(bytes, SocketFlags.None, cancellationToken);
            countWrite(count);
            bytes = bytes[count..];
        }
    }
}

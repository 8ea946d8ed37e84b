using System.Buffers;
using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>
/// Puts short writes together, so that a run of small granules does not cost a system call each. What was written leaves at the latest
/// with <see cref="FlushAsync"/>; the memory is bounded by the buffer, and back-pressure is the stream's own.
/// </summary>
internal sealed class CoalescingStream(ITransportStream stream) : ITransportStream
{
    private const int BufferBytes = 128 << 10;
    private const int LongBytes = 32 << 10;

    private byte[]? _buffer;
    private int _buffered;

    public ulong Number => stream.Number;

    public ITransportConnection Connection => stream.Connection;

    public TimeSpan ReadTimeout
    {
        get => stream.ReadTimeout;
        set => stream.ReadTimeout = value;
    }

    public TimeSpan WriteTimeout
    {
        get => stream.WriteTimeout;
        set => stream.WriteTimeout = value;
    }

    public bool TryDedicate(TimeSpan spin = default) => stream.TryDedicate(spin);

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        stream.ReadAsync(buffer, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        if (bytes.Length < LongBytes && bytes.Length <= BufferBytes - _buffered)
        {
            _buffer ??= ArrayPool<byte>.Shared.Rent(BufferBytes);
            bytes.CopyTo(_buffer.AsMemory(_buffered));
            _buffered += bytes.Length;
            return ValueTask.CompletedTask;
        }

        return WriteThroughAsync(bytes, cancellationToken);
    }

    /// <summary>Sends what is in the buffer.</summary>
    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        int count = _buffered;
        _buffered = 0;
        return count == 0 ? ValueTask.CompletedTask : stream.WriteAsync(_buffer.AsMemory(0, count), cancellationToken);
    }

    public async ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        await FlushAsync(cancellationToken);
        await stream.CompleteWritesAsync(cancellationToken);
    }

    public void Abort(ulong code) => stream.Abort(code);

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask WriteThroughAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        if (bytes.Length < LongBytes)
        {
            bytes.CopyTo(_buffer);
            _buffered = bytes.Length;
            return;
        }

        await stream.WriteAsync(bytes, cancellationToken);
    }
}

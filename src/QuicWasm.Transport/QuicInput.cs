using System.Buffers;

namespace QuicWasm.Transport;

/// <summary>What has come on one stream and was not read yet. Under its connection's lock; bounded by the window that the peer was given.</summary>
internal sealed class QuicInput
{
    private const int ChunkBytes = 16 << 10;

    private readonly Queue<byte[]> _chunks = new();
    private byte[]? _last;
    private int _readFrom;
    private int _filledTo;

    public int UnreadBytes { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        UnreadBytes += bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_last is null || _filledTo == _last.Length)
            {
                _last = ArrayPool<byte>.Shared.Rent(ChunkBytes);
                _filledTo = 0;
                _chunks.Enqueue(_last);
            }

            var count = Math.Min(bytes.Length, _last.Length - _filledTo);
            bytes[..count].CopyTo(_last.AsSpan(_filledTo));
            _filledTo += count;
            bytes = bytes[count..];
        }
    }

    public int Read(Span<byte> buffer)
    {
        var total = Math.Min(buffer.Length, UnreadBytes);
        for (var left = total; left > 0;)
        {
            var chunk = _chunks.Peek();
            var end = ReferenceEquals(chunk, _last) ? _filledTo : chunk.Length;
            var count = Math.Min(left, end - _readFrom);
            chunk.AsSpan(_readFrom, count).CopyTo(buffer);
            buffer = buffer[count..];
            left -= count;
            _readFrom += count;
            if (_readFrom == end)
            {
                ReturnFirst();
            }
        }

        UnreadBytes -= total;
        return total;
    }

    public void Clear()
    {
        while (_chunks.Count > 0)
        {
            ReturnFirst();
        }

        UnreadBytes = 0;
    }

    private void ReturnFirst()
    {
        var chunk = _chunks.Dequeue();
        _readFrom = 0;
        if (ReferenceEquals(chunk, _last))
        {
            _last = null;
        }

        ArrayPool<byte>.Shared.Return(chunk);
    }
}

namespace QuicWasm.Native;

/// <summary>
/// The bytes of a stream from when they are written until the peer has acknowledged them: libngtcp2 keeps pointers to them, to send
/// them again. Bounded; one lock of the caller covers all uses.
/// </summary>
public sealed unsafe class QuicSendBuffer(QuicChunks chunks, int limitBytes) : IDisposable
{
    // A ring: the blocks in use, from _first on. One more than fill the limit, since the first and the last may be in part used.
    private readonly nint[] _blocks = new nint[(limitBytes / QuicChunks.ChunkBytes) + 2];
    private int _first;
    private int _count;

    /// <summary>The offset in the stream of the first block's first byte.</summary>
    private ulong _begin;
    private ulong _sent;
    private ulong _end;
    private byte* _last;

    /// <summary>How many bytes have not been handed to the library yet.</summary>
    public ulong UnsentBytes => _end - _sent;

    /// <summary>How many bytes were written in all.</summary>
    public ulong EndOffset => _end;

    /// <summary>How many bytes the peer has acknowledged.</summary>
    public ulong AcknowledgedOffset { get; private set; }

    /// <summary>Takes as many bytes as there is room for; returns how many.</summary>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (taken < bytes.Length)
        {
            var room = (ulong)limitBytes - (_end - AcknowledgedOffset);
            var used = (int)((_end - _begin) % QuicChunks.ChunkBytes);
            if (room == 0)
            {
                break;
            }

            if (used == 0)
            {
                _last = chunks.Take();
                _blocks[(_first + _count++) % _blocks.Length] = (nint)_last;
            }

            var count = (int)Math.Min(room, (ulong)Math.Min(bytes.Length - taken, QuicChunks.ChunkBytes - used));
            bytes.Slice(taken, count).CopyTo(new Span<byte>(_last + used, count));
            taken += count;
            _end += (uint)count;
        }

        return taken;
    }

    /// <summary>The peer has everything up to an offset: blocks that are done with are given back.</summary>
    public void Acknowledge(ulong offset)
    {
        AcknowledgedOffset = Math.Max(AcknowledgedOffset, Math.Min(offset, _sent));
        while (_count > 0 && AcknowledgedOffset - _begin >= QuicChunks.ChunkBytes)
        {
            ReturnFirst();
            _begin += QuicChunks.ChunkBytes;
        }

        if (AcknowledgedOffset == _end && _count > 0)
        {
            // Nothing is in use: the block is not kept by an idle stream, and the next bytes begin another.
            ReturnFirst();
            _begin = _end;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_count > 0)
        {
            ReturnFirst();
        }
    }

    /// <summary>Fills up to two vectors with what is to be sent next; returns how many.</summary>
    internal int Gather(QuicVector* vectors)
    {
        var offset = _sent;
        var count = 0;
        for (var index = (int)((offset - _begin) / QuicChunks.ChunkBytes); count < 2 && offset < _end; index++)
        {
            var within = (int)((offset - _begin) % QuicChunks.ChunkBytes);
            var length = Math.Min(_end - offset, (ulong)(QuicChunks.ChunkBytes - within));
            vectors[count++] = new QuicVector { Base = (byte*)_blocks[(_first + index) % _blocks.Length] + within, Length = (nuint)length };
            offset += length;
        }

        return count;
    }

    /// <summary>The library has taken that many bytes.</summary>
    internal void MarkSent(long count) => _sent += (ulong)count;

    private void ReturnFirst()
    {
        chunks.Return((byte*)_blocks[_first]);
        _first = (_first + 1) % _blocks.Length;
        _count--;
    }
}

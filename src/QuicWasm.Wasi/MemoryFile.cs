using QuicWasm.Native;

namespace QuicWasm.Wasi;

/// <summary>The contents of a regular file in memory: chunks of <see cref="ChunkBytes"/>; one that is missing is a hole of zeros.</summary>
internal sealed class MemoryFile(ulong inode, MemoryQuota quota) : MemoryNode(inode)
{
    public const int ChunkBytes = 4096;

    /// <summary>What a chunk takes of the quota.</summary>
    public const ulong ChunkCostBytes = ChunkBytes + 16;

    private readonly Dictionary<long, byte[]> _chunks = [];

    public override FileSystemKind Kind => FileSystemKind.RegularFile;

    public override ulong TakenBytes => CostBytes + ((ulong)_chunks.Count * ChunkCostBytes);

    public long LengthBytes { get; private set; }

    /// <summary>The chunks that are there, by their index.</summary>
    public IReadOnlyDictionary<long, byte[]> Chunks => _chunks;

    protected override ulong SizeBytes => (ulong)LengthBytes;

    /// <summary>Reads; gives how many bytes there were.</summary>
    public int Read(long offset, Span<byte> target)
    {
        int total = (int)Math.Clamp(LengthBytes - offset, 0, target.Length);
        for (int done = 0; done < total;)
        {
            (long index, int start, int length) = Piece(offset + done, total - done);
            Span<byte> piece = target.Slice(done, length);
            if (_chunks.TryGetValue(index, out byte[]? chunk))
            {
                chunk.AsSpan(start, length).CopyTo(piece);
            }
            else
            {
                piece.Clear();
            }

            done += length;
        }

        return total;
    }

    /// <summary>Writes; gives how many bytes fitted into the quota.</summary>
    public int Write(long offset, ReadOnlySpan<byte> bytes)
    {
        int done = 0;
        while (done < bytes.Length)
        {
            (long index, int start, int length) = Piece(offset + done, bytes.Length - done);
            if (!TryMakeChunk(index))
            {
                break;
            }

            bytes.Slice(done, length).CopyTo(_chunks[index].AsSpan(start));
            done += length;
        }

        LengthBytes = done == 0 ? LengthBytes : Math.Max(LengthBytes, offset + done);
        return done;
    }

    /// <summary>Puts a chunk into a hole. What it takes of the quota is taken already.</summary>
    public void AddChunk(long index, ReadOnlySpan<byte> bytes)
    {
        byte[] chunk = new byte[ChunkBytes];
        bytes.CopyTo(chunk);
        _chunks.Add(index, chunk);
    }

    /// <summary>Fills holes with chunks, and grows to hold the range; false, and nothing is changed, where the quota is too small.</summary>
    public bool TryAllocate(long offset, long lengthBytes)
    {
        long first = offset / ChunkBytes, last = (offset + lengthBytes - 1) / ChunkBytes;
        ulong present = (ulong)_chunks.Keys.Count(i => i >= first && i <= last);
        ulong missing = (ulong)(last - first + 1) - present;
        if (missing > (quota.LimitBytes - quota.UsedBytes) / ChunkCostBytes)
        {
            return false;
        }

        for (long index = first; index <= last; index++)
        {
            _ = TryMakeChunk(index);
        }

        LengthBytes = Math.Max(LengthBytes, offset + lengthBytes);
        return true;
    }

    /// <summary>Sets the length; what is behind it is gone, and zero if the file grows again.</summary>
    public void SetLength(long lengthBytes)
    {
        if (lengthBytes < LengthBytes)
        {
            long kept = (lengthBytes + ChunkBytes - 1) / ChunkBytes;
            foreach (long index in _chunks.Keys.Where(i => i >= kept).ToList())
            {
                _ = _chunks.Remove(index);
                quota.Release(ChunkCostBytes);
            }

            if (lengthBytes % ChunkBytes is var tail and > 0 && _chunks.TryGetValue(lengthBytes / ChunkBytes, out byte[]? last))
            {
                last.AsSpan((int)tail).Clear();
            }
        }

        LengthBytes = lengthBytes;
    }

    private static (long Index, int Start, int Length) Piece(long offset, int lengthBytes)
    {
        int start = (int)(offset % ChunkBytes);
        return (offset / ChunkBytes, start, Math.Min(lengthBytes, ChunkBytes - start));
    }

    private bool TryMakeChunk(long index)
    {
        if (_chunks.ContainsKey(index))
        {
            return true;
        }

        if (!quota.TryTake(ChunkCostBytes))
        {
            return false;
        }

        _chunks.Add(index, new byte[ChunkBytes]);
        return true;
    }
}

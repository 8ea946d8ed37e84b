namespace QuicWasm.Runtime;

/// <summary>The content of a memory that has no file: in place, or a copy.</summary>
internal sealed class PlainContent : MemoryContent
{
    private const int ChunkBytes = 1 << 20;

    private readonly MemoryBacking? _memory;
    private readonly byte[]?[] _chunks = [];

    /// <summary>In place: the memory stands still as long as this is read.</summary>
    public PlainContent(MemoryBacking memory)
        : base(memory.LengthBytes) => _memory = memory;

    private PlainContent(ulong lengthBytes, byte[]?[] chunks)
        : base(lengthBytes) => _chunks = chunks;

    public override ulong ChangedBytes => LengthBytes;

    /// <summary>A copy; what is all zero takes no room.</summary>
    public static PlainContent CopyOf(MemoryBacking memory)
    {
        byte[]?[] chunks = new byte[]?[(memory.LengthBytes + ChunkBytes - 1) / ChunkBytes];
        for (int i = 0; i < chunks.Length; i++)
        {
            ulong offset = (ulong)i * ChunkBytes;
            Span<byte> bytes = memory.Span(offset, (int)Math.Min(ChunkBytes, memory.LengthBytes - offset));
            chunks[i] = bytes.ContainsAnyExcept((byte)0) ? bytes.ToArray() : null;
        }

        return new PlainContent(memory.LengthBytes, chunks);
    }

    protected override void ReadWithin(ulong offset, Span<byte> destination)
    {
        if (_memory is not null)
        {
            _memory.Span(offset, destination.Length).CopyTo(destination);
            return;
        }

        while (!destination.IsEmpty)
        {
            int begin = (int)(offset % ChunkBytes);
            int count = Math.Min(ChunkBytes - begin, destination.Length);
            if (_chunks[offset / ChunkBytes] is { } chunk)
            {
                chunk.AsSpan(begin, count).CopyTo(destination);
            }
            else
            {
                destination[..count].Clear();
            }

            offset += (ulong)count;
            destination = destination[count..];
        }
    }
}

namespace QuicWasm.Runtime;

/// <summary>Cells of 16 bytes that never move: values of globals, and base and length of memories.</summary>
internal sealed unsafe class CellArena(MemorySource source) : IDisposable
{
    private const ulong ChunkBytes = 64 * 1024;
    private const int CellBytes = 16;

    private readonly List<MemoryRange> _chunks = [];
    private readonly Stack<nint> _free = new();

    /// <summary>Gives a zeroed cell.</summary>
    public nint Allocate()
    {
        if (_free.Count == 0)
        {
            AddChunk();
        }

        nint cell = _free.Pop();
        new Span<byte>((void*)cell, CellBytes).Clear();
        return cell;
    }

    /// <summary>Takes a cell back.</summary>
    public void Free(nint cell) => _free.Push(cell);

    public void Dispose()
    {
        foreach (MemoryRange chunk in _chunks)
        {
            chunk.Dispose();
        }

        _chunks.Clear();
        _free.Clear();
    }

    // SAFETY: cells are cut from a committed range that lives until Dispose.
    private void AddChunk()
    {
        MemoryRange chunk = source.Reserve(ChunkBytes, AllocationUsage.Cells);
        _chunks.Add(chunk);
        chunk.Commit(0, ChunkBytes);
        for (long offset = (long)ChunkBytes - CellBytes; offset >= 0; offset -= CellBytes)
        {
            _free.Push(chunk.Address + (nint)offset);
        }
    }
}

using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>Blocks of raw memory of one size, kept for the next user. From any thread; blocks are given back before it is disposed of.</summary>
public sealed unsafe class QuicChunks : IDisposable
{
    /// <summary>The length of a block.</summary>
    public const int ChunkBytes = 32 << 10;

    private const int MaxKept = 256;
    private readonly Lock _lock = new();
    private readonly Stack<nint> _free = new();
    private bool _disposed;

    /// <summary>Takes a block.</summary>
    internal byte* Take()
    {
        lock (_lock)
        {
            if (_free.TryPop(out var chunk))
            {
                return (byte*)chunk;
            }
        }

        return (byte*)NativeMemory.Alloc(ChunkBytes);
    }

    /// <summary>Gives a block back.</summary>
    internal void Return(byte* chunk)
    {
        lock (_lock)
        {
            if (!_disposed && _free.Count < MaxKept)
            {
                _free.Push((nint)chunk);
                return;
            }
        }

        NativeMemory.Free(chunk);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            while (_free.TryPop(out var chunk))
            {
                NativeMemory.Free((void*)chunk);
            }
        }
    }
}

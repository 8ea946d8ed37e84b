using QuicWasm.Native;

namespace QuicWasm.Runtime;

/// <summary>The bytes of a linear memory at one moment. Reads may come from several threads.</summary>
public abstract class MemoryContent(ulong lengthBytes) : IDisposable
{
    /// <summary>How many bytes there are.</summary>
    public ulong LengthBytes { get; } = lengthBytes;

    /// <summary>Bytes that are not in the file that the memory began with: pages that were changed since.</summary>
    public virtual ulong ChangedBytes => 0;

    /// <summary>Reads bytes.</summary>
    /// <exception cref="TrapException">They are outside of the memory, or a page of it cannot be had.</exception>
    /// <exception cref="NativeException">The system does not give them.</exception>
    public void Read(ulong offset, Span<byte> destination)
    {
        if (offset > LengthBytes || (ulong)destination.Length > LengthBytes - offset)
        {
            throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
        }

        if (!destination.IsEmpty)
        {
            ReadWithin(offset, destination);
        }
    }

    /// <summary>How many bytes from an offset on are known to be zero without reading them.</summary>
    public virtual ulong KnownZeroBytes(ulong offset) => 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads bytes that are there.</summary>
    protected abstract void ReadWithin(ulong offset, Span<byte> destination);

    /// <summary>Frees what the content holds of its own.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}

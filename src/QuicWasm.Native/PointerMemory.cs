using System.Buffers;

namespace QuicWasm.Native;

/// <summary>Lets APIs that take <see cref="Memory{T}"/> work on raw memory, without a copy and without pinning.</summary>
/// <remarks>The bytes are the caller's: they must stay mapped for as long as the memory, or a slice of it, is in use.</remarks>
public sealed unsafe class PointerMemory : MemoryManager<byte>
{
    private readonly byte* _address;
    private readonly int _lengthBytes;

    /// <summary>Covers <paramref name="lengthBytes"/> bytes from <paramref name="address"/> on.</summary>
    public PointerMemory(byte* address, int lengthBytes)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        _address = address;
        _lengthBytes = lengthBytes;
    }

    // SAFETY: the constructor's caller keeps the bytes mapped; Memory<T> checks every slice against the length.

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => new(_address, _lengthBytes);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_lengthBytes, nameof(elementIndex));
        return new MemoryHandle(_address + elementIndex);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
        // Raw memory does not move.
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // The bytes are not owned.
    }
}

namespace QuicWasm.Modules;

/// <summary>
/// A data segment. Its bytes may be absent (a module read from its skeleton) until <see cref="Module.ProvideDataSection"/> is called.
/// </summary>
/// <param name="mode">How it is used.</param>
/// <param name="memoryIndex">For an active one: the memory.</param>
/// <param name="offset">For an active one: where in the memory.</param>
/// <param name="bytesOffset">Where its bytes begin in the binary.</param>
/// <param name="lengthBytes">How many bytes it has.</param>
public sealed class DataSegment(SegmentMode mode, int memoryIndex, ConstantExpression? offset, long bytesOffset, int lengthBytes)
{
    private ReadOnlyMemory<byte> _bytes;
    private volatile bool _isPresent;

    /// <summary>How it is used.</summary>
    public SegmentMode Mode { get; } = mode;

    /// <summary>For an active one: the memory.</summary>
    public int MemoryIndex { get; } = memoryIndex;

    /// <summary>For an active one: where in the memory.</summary>
    public ConstantExpression? Offset { get; } = offset;

    /// <summary>Where its bytes begin in the binary.</summary>
    public long BytesOffset { get; } = bytesOffset;

    /// <summary>How many bytes it has; known also when they are absent.</summary>
    public int LengthBytes { get; } = lengthBytes;

    /// <summary>Whether the bytes are here.</summary>
    public bool IsPresent => _isPresent;

    /// <summary>Its bytes.</summary>
    /// <exception cref="InvalidOperationException">The bytes have not arrived.</exception>
    public ReadOnlyMemory<byte> Bytes =>
        IsPresent ? _bytes : throw new InvalidOperationException($"The data at offset {BytesOffset} has not arrived.");

    /// <summary>Gives the bytes, which must be <see cref="LengthBytes"/> long. Only the first call has an effect.</summary>
    /// <exception cref="ModuleException">The length differs.</exception>
    internal void Provide(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length != LengthBytes)
        {
            throw new ModuleException(
                ModuleError.Malformed, BytesOffset, $"data of {bytes.Length} bytes where {LengthBytes} were declared");
        }

        if (!_isPresent)
        {
            _bytes = bytes;
            _isPresent = true;
        }
    }
}

using System.Buffers;

namespace QuicWasm.Transport;

/// <summary>A frame with its payload in pooled memory, which disposing gives back.</summary>
public sealed class Frame : IDisposable
{
    private IMemoryOwner<byte>? _owner;

    internal Frame(FrameHeader header, IMemoryOwner<byte> owner)
    {
        Header = header;
        _owner = owner;
    }

    /// <summary>The head.</summary>
    public FrameHeader Header { get; }

    /// <summary>The payload, until the frame is disposed of.</summary>
    public ReadOnlyMemory<byte> Payload =>
        (_owner ?? throw new ObjectDisposedException(nameof(Frame))).Memory[..Header.PayloadBytes];

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Dispose();
}

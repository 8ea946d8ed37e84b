using QuicWasm.State;

namespace QuicWasm.Migration.Tests;

/// <summary>An image of random bytes, which counts what is read of it and can be made to wait or fail.</summary>
internal sealed class FakeImage : IImageSource
{
    private long _bytesRead;
    private int _isDisposed;

    public FakeImage(ImageLayout layout, int seed = 1)
    {
        Layout = layout;
        Random random = new(seed);
        Content = [.. layout.Parts.Select(p => new byte[p.LengthBytes])];
        foreach (byte[] part in Content)
        {
            random.NextBytes(part);
        }
    }

    public ImageLayout Layout { get; }

    public byte[][] Content { get; }

    public long BytesRead => Interlocked.Read(ref _bytesRead);

    public bool IsDisposed => Volatile.Read(ref _isDisposed) != 0;

    /// <summary>Called before each read.</summary>
    public Action<int>? OnRead { get; set; }

    public void Read(int part, ulong offset, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        OnRead?.Invoke(part);
        Content[part].AsSpan((int)offset, destination.Length).CopyTo(destination);
        Interlocked.Add(ref _bytesRead, destination.Length);
    }

    /// <summary>Whether it says where zeros are, as a file does.</summary>
    public bool KnowsZeros { get; init; }

    public ulong KnownZeroBytes(int part, ulong offset)
    {
        ReadOnlySpan<byte> rest = Content[part].AsSpan((int)offset);
        int length = rest.IndexOfAnyExcept((byte)0);
        return KnowsZeros ? (ulong)(length < 0 ? rest.Length : length) : 0;
    }

    public void Dispose() => Volatile.Write(ref _isDisposed, 1);
}

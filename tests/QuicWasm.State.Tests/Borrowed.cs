namespace QuicWasm.State.Tests;

/// <summary>An image that is not disposed with what reads it.</summary>
internal sealed class Borrowed(IImageSource source) : IImageSource
{
    public ImageLayout Layout => source.Layout;

    public void Read(int part, ulong offset, Span<byte> destination) => source.Read(part, offset, destination);

    public void Dispose()
    {
    }
}

namespace QuicWasm.State.Tests;

/// <summary>An image one part of which has other content: what a hostile peer would send.</summary>
internal sealed class TamperedSource : IImageSource
{
    private readonly IImageSource _source;
    private readonly int _part;
    private readonly byte[] _content;

    public TamperedSource(IImageSource source, int part, byte[] content)
    {
        _source = source;
        _part = part;
        _content = content;
        ImagePart changed = source.Layout.Parts[part] with { LengthBytes = (ulong)content.Length };
        Layout = source.Layout with { Parts = source.Layout.Parts.SetItem(part, changed) };
    }

    public ImageLayout Layout { get; }

    public static byte[] Content(IImageSource source, int part)
    {
        var bytes = new byte[source.Layout.Parts[part].LengthBytes];
        source.Read(part, 0, bytes);
        return bytes;
    }

    public void Read(int part, ulong offset, Span<byte> destination)
    {
        if (part == _part)
        {
            _content.AsSpan((int)offset, destination.Length).CopyTo(destination);
        }
        else
        {
            _source.Read(part, offset, destination);
        }
    }

    public void Dispose() => _source.Dispose();
}

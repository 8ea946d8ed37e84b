using QuicWasm.Migration;
using QuicWasm.State;

namespace QuicWasm.Cli;

/// <summary>A migration's target that is an image file: complete, and on the disk, before the ownership passes.</summary>
internal sealed class ImageFileTarget(string file) : IMigrationTarget, IDisposable
{
    private StagedImage? _staged;

    private StagedImage Staged => _staged ?? throw new InvalidOperationException("no image has begun");

    public void Begin(ImageLayout layout) => _staged = new StagedImage(layout, Path.GetDirectoryName(Path.GetFullPath(file))!);

    public void Write(int part, ulong offset, ReadOnlySpan<byte> bytes) => Staged.Write(part, offset, bytes);

    public void WriteZeros(int part, ulong offset, ulong lengthBytes) => Staged.WriteZeros(part, offset, lengthBytes);

    public void BuildSkeleton()
    {
        // An image that is only copied is not looked into.
    }

    public void Complete(IPartFetcher? fetcher)
    {
        if (fetcher is not null || !Staged.IsComplete)
        {
            throw new ImageException(ImageError.Corrupt, "the image did not arrive as a whole");
        }

        ImageFile.Write(Staged, file);
    }

    public void Dispose() => _staged?.Dispose();
}

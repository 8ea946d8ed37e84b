using QuicWasm.Runtime;
using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>A migration's target from which many programs are made, each a child of the image's.</summary>
public sealed class SharedTarget : IMigrationTarget, IDisposable
{
    private SharedImage? _image;

    private SharedImage Image => _image ?? throw new InvalidOperationException("no image has begun");

    /// <inheritdoc/>
    public void Begin(ImageLayout layout) => _image = new SharedImage(layout);

    /// <inheritdoc/>
    public void Write(int part, ulong offset, ReadOnlySpan<byte> bytes) => Image.Write(part, offset, bytes);

    /// <inheritdoc/>
    public void WriteZeros(int part, ulong offset, ulong lengthBytes) => Image.WriteZeros(part, offset, lengthBytes);

    /// <inheritdoc/>
    public void BuildSkeleton()
    {
        // Programs are made when what must come first is here.
    }

    /// <inheritdoc/>
    public void Complete(IPartFetcher? fetcher) => Image.Complete(fetcher);

    /// <summary>Makes a program that has not run yet.</summary>
    /// <exception cref="MigrationException">It cannot be made here.</exception>
    public RunningProgram NewProgram(Configure configure, ChildIdentity child)
    {
        try
        {
            return Image.NewProgram(configure, child);
        }
        catch (ImageException e)
        {
            throw new MigrationException(MigrationError.RestoreFailed, $"child {child.Index} cannot be made here: {e.Message}; the image is intact at its source", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _image?.Dispose();
}

using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>
/// The image of a program that stands still in this process. Linear memories are read in place, so that freezing copies none of
/// them; everything else was encoded at the capture. The image owns the program until <see cref="Thaw"/> gives it back.
/// </summary>
public sealed class FrozenImage : IImageSource
{
    private readonly RunningProgram _program;
    private readonly PartContent[] _contents;
    private readonly UseGate _gate = new("the image of a program that runs again, or was disposed,");

    internal FrozenImage(RunningProgram program, ImageLayout layout, PartContent[] contents)
    {
        _program = program;
        _contents = contents;
        Layout = layout;
    }

    /// <inheritdoc/>
    public ImageLayout Layout { get; }

    /// <inheritdoc/>
    public void Read(int part, ulong offset, Span<byte> destination)
    {
        ImagePart description = Layout.Part(part, offset, (ulong)destination.Length);
        _gate.Enter();
        try
        {
            PartContent content = _contents[part];
            ReadOnlySpan<byte> source = content.Memory is { } memory
                ? memory.Span(offset, (ulong)destination.Length)
                : content.Bytes.Span.Slice((int)offset, destination.Length);
            source.CopyTo(destination);
        }
        catch (TrapException e)
        {
            throw e.Kind == TrapKind.PartUnavailable
                ? new ImageException(ImageError.Unavailable, $"{description.Describe()}: {e.Message}", e)
                : new ImageException(ImageError.Corrupt, $"{description.Describe()} is shorter than when it was captured", e);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> CompiledCode(string identity)
    {
        _gate.Enter();
        try
        {
            return _program.Context.Engine is IPortableCode engine
                ? [.. _program.Context.Store.Modules.DistinctBy(static m => m.Module).Select(m => engine.Package(m, identity)).OfType<byte[]>()]
                : [];
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Gives the program back, so that it runs on here. The image cannot be read any more.</summary>
    /// <exception cref="ImageException">The program was given back before, or disposed.</exception>
    public RunningProgram Thaw()
    {
        if (!_gate.Close())
        {
            throw new ImageException(ImageError.Unavailable, "the program of this image was given back before, or disposed");
        }

        _program.Thaw();
        return _program;
    }

    /// <summary>Ends the program, unless it was given back.</summary>
    public void Dispose()
    {
        if (_gate.Close())
        {
            _program.Dispose(ofImage: true);
        }
    }
}

/// <summary>Where the bytes of a frozen program's part are: a memory, or bytes.</summary>
internal readonly record struct PartContent(ReadOnlyMemory<byte> Bytes, MemoryInstance? Memory)
{
    public ulong LengthBytes => Memory?.LengthBytes ?? (ulong)Bytes.Length;
}

using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>
/// The image of a program that stands still in this process, or that was forked. Linear memories are read in place, or from the files that the
/// image has taken over, so that freezing copies none of them; everything else was encoded at the capture. The image owns a program that
/// stands still until <see cref="Thaw"/> gives it back.
/// </summary>
public sealed class FrozenImage : IImageSource
{
    private readonly RunningProgram? _program;
    private readonly PartContent[] _contents;
    private readonly UseGate _gate = new("the image of a program that runs again, or was disposed,");

    internal FrozenImage(RunningProgram? program, ImageLayout layout, PartContent[] contents)
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
            if (content.Memory is { } memory)
            {
                memory.Read(offset, destination);
            }
            else
            {
                content.Bytes.Span.Slice((int)offset, destination.Length).CopyTo(destination);
            }
        }
        catch (NativeException e)
        {
            throw new ImageException(ImageError.Unavailable, $"{description.Describe()} cannot be read: {e.Message}", e);
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
            return _program?.Context.Engine is IPortableCode engine
                ? [.. _program!.Context.Store.Modules.DistinctBy(static m => m.Module).Select(m => engine.Package(m, identity)).OfType<byte[]>()]
                : [];
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    public ulong KnownZeroBytes(int part, ulong offset)
    {
        if (_contents[Layout.Part(part, offset, 0).Number].Memory is not { } memory)
        {
            return 0;
        }

        _gate.Enter();
        try
        {
            return memory.KnownZeroBytes(offset);
        }
        catch (NativeException)
        {
            // Then it is read, and that says what is wrong.
            return 0;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Gives the program back, so that it runs on here. The image cannot be read any more.</summary>
    /// <exception cref="ImageException">The program was given back before, or disposed, or runs on since it was forked.</exception>
    public RunningProgram Thaw()
    {
        if (_program is null || !_gate.Close())
        {
            throw new ImageException(ImageError.Unavailable, "the program of this image was given back before, or disposed, or runs on since it was forked");
        }

        DisposeMemories();
        _program.Thaw();
        return _program;
    }

    /// <summary>Ends the program, unless it was given back.</summary>
    public void Dispose()
    {
        if (_gate.Close())
        {
            DisposeMemories();
            _program?.Dispose(ofImage: true);
        }
    }

    /// <summary>Lets the program go on, and gives the image as it stays. This image cannot be used any more.</summary>
    /// <exception cref="LinkException">A memory cannot be kept as it is; nothing has changed.</exception>
    internal FrozenImage Detach()
    {
        var contents = new PartContent[_contents.Length];
        try
        {
            for (int i = 0; i < contents.Length; i++)
            {
                contents[i] = _contents[i] is { Instance: { } memory } ? new PartContent(default, memory.Detach()) : _contents[i];
            }
        }
        catch
        {
            Array.ForEach(contents, static c => c.Memory?.Dispose());
            throw;
        }

        Thaw();
        return new FrozenImage(null, Layout, contents);
    }

    private void DisposeMemories() => Array.ForEach(_contents, static c => c.Memory?.Dispose());
}

/// <summary>Where the bytes of a frozen program's part are: a memory, with its instance where it is read in place, or bytes.</summary>
internal readonly record struct PartContent(ReadOnlyMemory<byte> Bytes, MemoryContent? Memory, MemoryInstance? Instance = null)
{
    public ulong LengthBytes => Memory?.LengthBytes ?? (ulong)Bytes.Length;
}

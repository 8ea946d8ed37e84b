using QuicWasm.Native;

namespace QuicWasm.Runtime;

/// <summary>
/// Where the bytes of a linear memory are. On Linux it begins as a view of a memory file of its own, which an image can take over; from then on, and
/// where it began with another's file, it is a private view, whose changed pages are its own. Elsewhere, and in memory of the caller's allocator, it has no file.
/// A file that nobody else uses any more becomes its own again (<see cref="Prepare"/>, <see cref="TakeFile"/>).
/// </summary>
internal sealed unsafe partial class MemoryBacking(MemoryRange range) : IDisposable
{
    private MemoryFile? _file;
    private bool _isShared = range.CanMapFiles;

    /// <summary>How many bytes are usable.</summary>
    public ulong LengthBytes { get; private set; }

    /// <summary>Makes so many bytes more usable; they are zero.</summary>
    /// <exception cref="LinkException">They cannot be had.</exception>
    public void Extend(ulong lengthBytes)
    {
        if (_isShared)
        {
            ExtendFile(LengthBytes + lengthBytes);
            range.MapShared(_file!, LengthBytes, lengthBytes);
        }
        else
        {
            range.Commit(LengthBytes, lengthBytes);
        }

        LengthBytes += lengthBytes;
    }

    /// <summary>Has the present bytes come from a file of that length, of which the view is private.</summary>
    /// <exception cref="LinkException">It cannot be mapped.</exception>
    public void MapPrivately(MemoryFile file)
    {
        MemoryFile shared = Shared(file);
        try
        {
            range.MapFile(file);
        }
        catch
        {
            shared.Dispose();
            throw;
        }

        _file?.Dispose();
        _file = shared;
        _isShared = false;
    }

    /// <summary>The bytes, in place: as long as they are read the memory stands still.</summary>
    public MemoryContent InPlace() => _file is not { } file ? new PlainContent(this)
        : _isShared ? new LayeredContent(this, file, static () => [])
        : new LayeredContent(this, file, FindChanges);

    /// <summary>
    /// The bytes as they are now, apart from the memory, which goes on with private copies of what it changes. The first time nothing is copied;
    /// later the pages are that were changed since then.
    /// </summary>
    /// <exception cref="LinkException">The system refused; the memory is as it was.</exception>
    public MemoryContent Detach()
    {
        if (_file is null)
        {
            return PlainContent.CopyOf(this);
        }

        // The image has it from now on.
        DropReady();
        MemoryFile file = Shared(_file);
        try
        {
            if (!_isShared)
            {
                (ulong Begin, ulong End)[] changed = FindChanges();
                return new LayeredContent(LengthBytes, file, CopyOf(changed), changed);
            }

            range.MakePrivate(file);
            _isShared = false;
            return new LayeredContent(LengthBytes, file, null, []);
        }
        catch (Exception e)
        {
            file.Dispose();
            throw e is NativeException ? new LinkException(LinkError.OutOfMemory, $"a memory of {LengthBytes} bytes cannot be kept as it is: {e.Message}", e) : e;
        }
    }

    /// <summary>
    /// Writes bytes below <see cref="LengthBytes"/>: where the memory is all of its file they go there, which maps no page, so that the program
    /// pays for those pages only that it touches.
    /// </summary>
    /// <exception cref="LinkException">No memory is left.</exception>
    public void Write(ulong offset, ReadOnlySpan<byte> bytes)
    {
        if (!_isShared || _file is not { } file)
        {
            bytes.CopyTo(Span(offset, bytes.Length));
            return;
        }

        try
        {
            file.Write(offset, bytes);
        }
        catch (NativeException e)
        {
            throw new LinkException(LinkError.OutOfMemory, e.Message, e);
        }
    }

    // SAFETY: callers ask for bytes below LengthBytes only, and the memory is not freed while an image of it is read.
    public Span<byte> Span(ulong offset, int length) => new((byte*)range.Address + offset, length);

    public void Dispose()
    {
        LengthBytes = 0;
        DropReady();
        range.Dispose();
        _file?.Dispose();
    }

    private static MemoryFile Shared(MemoryFile file)
    {
        try
        {
            return file.Share();
        }
        catch (NativeException e)
        {
            throw new LinkException(LinkError.OutOfMemory, e.Message, e);
        }
    }

    private void ExtendFile(ulong lengthBytes)
    {
        try
        {
            if (_file is null)
            {
                _file = MemoryFile.Create("quicwasm-memory", lengthBytes);
            }
            else
            {
                _file.Extend(lengthBytes);
            }
        }
        catch (NativeException e)
        {
            throw new LinkException(LinkError.OutOfMemory, e.Message, e);
        }
    }

    private (ulong Begin, ulong End)[] FindChanges()
    {
        ulong begin = (ulong)range.Address;
        return [.. PrivatePages.Find(begin, LengthBytes).Select(p => (p.Address - begin, p.Address - begin + p.LengthBytes))];
    }

    private MemoryFile? CopyOf((ulong Begin, ulong End)[] changed)
    {
        if (changed.Length == 0)
        {
            return null;
        }

        MemoryFile copy = MemoryFile.Create("quicwasm-changes", LengthBytes);
        try
        {
            const ulong Most = 1UL << 30;
            foreach ((ulong begin, ulong end) in changed)
            {
                for (ulong offset = begin; offset < end; offset += Most)
                {
                    copy.Write(offset, Span(offset, (int)Math.Min(Most, end - offset)));
                }
            }

            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }
}

using QuicWasm.Native;

namespace QuicWasm.Runtime;

/// <summary>
/// The content of a memory over a file: the file's pages, and in front of them those that were changed since, which are still in the memory
/// or in a file of their own. What neither has is zero. Which pages were changed is looked up when it is first asked for.
/// </summary>
internal sealed class LayeredContent : MemoryContent
{
    private readonly MemoryFile _file;
    private readonly bool _ownsFile;
    private readonly MemoryFile? _changes;
    private readonly MemoryBacking? _memory;
    private readonly Lazy<(ulong Begin, ulong End)[]> _changed;

    /// <summary>In place: the memory stands still as long as this is read, and keeps its file.</summary>
    public LayeredContent(MemoryBacking memory, MemoryFile file, Func<(ulong Begin, ulong End)[]> changed)
        : base(memory.LengthBytes)
    {
        _memory = memory;
        _file = file;
        _changed = new(changed);
    }

    /// <summary>Apart from the memory, which goes on; the files are this object's.</summary>
    public LayeredContent(ulong lengthBytes, MemoryFile file, MemoryFile? changes, (ulong Begin, ulong End)[] changed)
        : base(lengthBytes)
    {
        _file = file;
        _ownsFile = true;
        _changes = changes;
        _changed = new(changed);
    }

    public override ulong ChangedBytes => (ulong)_changed.Value.Sum(static r => (long)(r.End - r.Begin));

    public override ulong KnownZeroBytes(ulong offset)
    {
        ulong end = Math.Min(NextChange(offset, out bool isChanged), LengthBytes);
        if (isChanged || end <= offset)
        {
            return 0;
        }

        ulong present = offset < _file.LengthBytes ? _file.FirstPresent(offset) : _file.LengthBytes;
        return (present >= _file.LengthBytes ? end : Math.Min(present, end)) - offset;
    }

    protected override void ReadWithin(ulong offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            ulong end = NextChange(offset, out bool isChanged);
            int count = (int)Math.Min(end - offset, (ulong)destination.Length);
            Span<byte> piece = destination[..count];
            if (isChanged && _changes is null)
            {
                _memory!.Span(offset, count).CopyTo(piece);
            }
            else if (isChanged)
            {
                _changes!.Read(offset, piece);
            }
            else
            {
                ReadFile(offset, piece);
            }

            offset += (ulong)count;
            destination = destination[count..];
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (_ownsFile)
        {
            _file.Dispose();
            _changes?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void ReadFile(ulong offset, Span<byte> destination)
    {
        int inFile = (int)Math.Min(_file.LengthBytes - Math.Min(offset, _file.LengthBytes), (ulong)destination.Length);
        if (inFile > 0)
        {
            _file.Read(offset, destination[..inFile]);
        }

        destination[inFile..].Clear();
    }

    // Where the stretch that an offset is in ends, and whether it was changed.
    private ulong NextChange(ulong offset, out bool isChanged)
    {
        (ulong Begin, ulong End)[] changed = _changed.Value;
        int low = 0;
        int high = changed.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (changed[middle].End <= offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        isChanged = low < changed.Length && changed[low].Begin <= offset;
        return low == changed.Length ? ulong.MaxValue : isChanged ? changed[low].End : changed[low].Begin;
    }
}

using QuicWasm.Native;

namespace QuicWasm.Runtime;

// A program in a private view pays for each page twice, when it is mapped and when it is first written, and has two of those that it has changed. Where the
// file is nobody else's, a shared view of it is made ready on another thread; at a safe point the changed pages are written to the file, and the view is
// put in the private one's place.
internal sealed partial class MemoryBacking
{
    // What the program waits for: some ms.
    private const ulong MostChangedBytes = 32UL << 20;

    private readonly Lock _lock = new();
    private AddressRange? _ready;
    private bool _cannotTake;

    /// <summary>
    /// Makes a shared view of the file ready, of which no page will fault. All pages must have come, and nobody else may use the file. Any thread may call it
    /// while the program runs.
    /// </summary>
    /// <returns>Whether <see cref="TakeFile"/> is to be called.</returns>
    public bool Prepare()
    {
        AddressRange? view;
        try
        {
            using MemoryFile? file = ShareOwn();
            view = file is null ? null : AddressRange.MapReady(file);
        }
        catch (NativeException)
        {
            // It stays as it is, which is slower and not wrong.
            return false;
        }

        lock (_lock)
        {
            if (!_cannotTake && _ready is null)
            {
                _ready = view;
                return view is not null;
            }
        }

        view?.Dispose();
        return false;
    }

    /// <summary>
    /// Puts the view that is ready in place, unless an image has the file by now, or much has been changed. On the program's thread, at a safe point.
    /// </summary>
    /// <exception cref="TrapException">The memory cannot be used any more.</exception>
    public void TakeFile()
    {
        if (TakeReady(isLast: false) is not { } view)
        {
            return;
        }

        if (_file is not { } file || !TryWriteBack(file))
        {
            view.Dispose();
            return;
        }

        ulong replaced = view.LengthBytes;
        try
        {
            range.Replace(view, file);
            if (LengthBytes > replaced)
            {
                range.MapShared(file, replaced, LengthBytes - replaced);
            }
        }
        catch (Exception e) when (e is NativeException or LinkException)
        {
            throw new TrapException(TrapKind.PartUnavailable, $"a memory of {LengthBytes} bytes cannot be mapped any more: {e.Message}", e);
        }

        _isShared = true;
    }

    private MemoryFile? ShareOwn()
    {
        lock (_lock)
        {
            return _cannotTake || _ready is not null || _isShared || _file is not { LengthBytes: > 0 } file ? null : file.Share();
        }
    }

    // What has grown since is not the file's yet. Where it fails in the middle, the file has what the private pages have, which stand before it.
    private bool TryWriteBack(MemoryFile file)
    {
        try
        {
            (ulong Begin, ulong End)[] changed = FindChanges();
            if (changed.Sum(static r => (long)(r.End - r.Begin)) > (long)MostChangedBytes)
            {
                return false;
            }

            file.Extend(LengthBytes);
            foreach ((ulong begin, ulong end) in changed)
            {
                file.Write(begin, Span(begin, (int)(end - begin)));
            }

            return true;
        }
        catch (NativeException)
        {
            return false;
        }
    }

    // The file is not this memory's alone, or the memory goes.
    private void DropReady() => TakeReady(isLast: true)?.Dispose();

    private AddressRange? TakeReady(bool isLast)
    {
        lock (_lock)
        {
            _cannotTake |= isLast;
            AddressRange? view = _ready;
            _ready = null;
            return view;
        }
    }
}

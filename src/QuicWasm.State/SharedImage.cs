using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>
/// An image on a node from which many programs are made: they share its modules, what has arrived of its parts, and the files of its memories,
/// of which each has a private view. So a program takes memory for what it changes only.
/// </summary>
public sealed class SharedImage : IImageTarget, IDisposable
{
    private readonly Lock _lock = new();
    private readonly LayoutIndex _index;
    private readonly PartCollector _parts;
    private readonly Dictionary<int, MemoryFile> _files = [];
    private IPartFetcher? _fetcher;
    private SharedSkeleton? _skeleton;
    private bool _isComplete;

    /// <summary>Begins with nothing arrived.</summary>
    /// <exception cref="ImageException">The layout is inconsistent, or over a limit.</exception>
    public SharedImage(ImageLayout layout)
    {
        ImageLimits.Check(layout);
        _index = new LayoutIndex(layout);
        _parts = new PartCollector(layout);
    }

    /// <summary>The layout of the image.</summary>
    public ImageLayout Layout => _index.Layout;

    /// <inheritdoc/>
    public void Write(int part, ulong offset, ReadOnlySpan<byte> bytes)
    {
        ImagePart description = Layout.Part(part, offset, (ulong)bytes.Length);
        if (FileOf(description) is not { } file)
        {
            _parts.Write(part, offset, bytes);
            return;
        }

        _parts.Claim(part, offset, (ulong)bytes.Length);
        try
        {
            file.Write(offset, bytes);
        }
        catch (NativeException e)
        {
            throw NoRoom(description, e);
        }

        _parts.Confirm(part, (ulong)bytes.Length);
    }

    /// <inheritdoc/>
    public void WriteZeros(int part, ulong offset, ulong lengthBytes)
    {
        ImagePart description = Layout.Part(part, offset, lengthBytes);
        if (FileOf(description) is null)
        {
            Write(part, offset, new byte[lengthBytes]);
            return;
        }

        // A file begins with zeros, and a page that nobody writes takes no room.
        _parts.Claim(part, offset, lengthBytes);
        _parts.Confirm(part, lengthBytes);
    }

    /// <summary>What must come first is here: from now on programs can be made.</summary>
    /// <param name="fetcher">Fetches the rest for all of them, from any thread; null where everything is here. Where it is a pager, it brings memories, too.</param>
    /// <exception cref="ImageException">Something is missing, and nothing fetches it.</exception>
    public void Complete(IPartFetcher? fetcher)
    {
        ImagePart? missing = Layout.Parts.FirstOrDefault(p => (fetcher is null || p.IsSkeleton) && !_parts.IsComplete(p.Number));
        if (missing is not null)
        {
            throw new ImageException(ImageError.Corrupt, $"{missing.Describe()} has not arrived completely");
        }

        _fetcher = fetcher is null or IMemoryPager ? fetcher : new TurnTaker(fetcher);
        _isComplete = true;
    }

    /// <summary>Makes a program, which is a child of the image's: it has not run yet, and is the caller's. Any thread may call it.</summary>
    /// <param name="destination">Engine, host modules and limits of its runtime.</param>
    /// <param name="child">Who it is.</param>
    /// <exception cref="ImageException">It cannot be made here; nothing remains.</exception>
    public RunningProgram NewProgram(Configure destination, ChildIdentity child)
    {
        if (!_isComplete)
        {
            throw new InvalidOperationException("the image has not arrived yet");
        }

        if (Volatile.Read(ref _skeleton) is { } skeleton)
        {
            return Make(destination, child, skeleton);
        }

        // The first one reads the modules.
        lock (_lock)
        {
            return Make(destination, child, _skeleton);
        }
    }

    /// <summary>Frees what the image holds; programs keep what they have.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (MemoryFile file in _files.Values)
            {
                file.Dispose();
            }

            _files.Clear();
        }
    }

    private RunningProgram Make(Configure destination, ChildIdentity child, SharedSkeleton? skeleton)
    {
        using var restore = ProgramRestore.OfShared(_index, _parts, destination, skeleton);
        restore.BuildSkeleton();
        foreach (ImagePart part in Layout.Parts)
        {
            if (part.Kind == PartKind.Memory && _parts.IsComplete(part.Number))
            {
                restore.FillMemory(part, FileOf(part));
            }
        }

        RunningProgram program = _fetcher is null ? restore.Complete() : restore.CompleteLazily(_fetcher, _fetcher as IMemoryPager);
        Volatile.Write(ref _skeleton, restore.Shared);
        foreach (IHostModule module in program.Context.HostModules)
        {
            module.BecomeChild(child);
        }

        return program;
    }

    // Null for what is no memory, and where the system has no such files.
    private MemoryFile? FileOf(ImagePart part)
    {
        if (part.Kind != PartKind.Memory || !OperatingSystem.IsLinux())
        {
            return null;
        }

        lock (_lock)
        {
            if (!_files.TryGetValue(part.Number, out MemoryFile? file))
            {
                try
                {
                    _files.Add(part.Number, file = MemoryFile.Create($"quicwasm-{Layout.Id:N}", part.LengthBytes));
                }
                catch (NativeException e)
                {
                    throw NoRoom(part, e);
                }
            }

            return file;
        }
    }

    private static ImageException NoRoom(ImagePart part, NativeException error) =>
        new(ImageError.LimitExceeded, $"there is no room for {part.Describe()}: {error.Message}", error);

    /// <summary>Lets one program fetch at a time. What another one has fetched meanwhile is here already.</summary>
    private sealed class TurnTaker(IPartFetcher fetcher) : IPartFetcher
    {
        private readonly Lock _turn = new();

        public void Fetch(int part, ulong offset, ulong lengthBytes)
        {
            lock (_turn)
            {
                fetcher.Fetch(part, offset, lengthBytes);
            }
        }
    }
}

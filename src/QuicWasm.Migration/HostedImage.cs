using System.Collections.Immutable;
using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>An image that a memory node keeps: its bytes, its layout's plans, and who may take it. The bytes live until the last reader is out.</summary>
internal sealed class HostedImage : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _unused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IImageSource _source;
    private readonly Lazy<ImmutableArray<PartRange>> _stackHints;
    private int _readers;
    private bool _isClosed;
    private bool _isKept;

    public HostedImage(IImageSource source, string name, TimeSpan lease, TimeProvider time)
    {
        _source = source;
        Name = name;
        Layout = source.Layout;
        LengthBytes = Layout.LengthBytes;
        Ownership = new ImageOwnership(Layout.Id, lease, time);
        _stackHints = new Lazy<ImmutableArray<PartRange>>(() => [.. StackHints.Of(_source).Select(static h => new PartRange(h.Part, h.Offset, h.LengthBytes))]);
    }

    public string Name { get; }

    public ImageLayout Layout { get; }

    public ulong LengthBytes { get; }

    public ImageOwnership Ownership { get; }

    /// <summary>Whether it was made for children, and is not kept when the last share ends.</summary>
    public bool IsTemporary { get; init; }

    /// <summary>What a program of this image touched first; empty where nobody has said so.</summary>
    public ImmutableArray<PartRange> WorkingSet { get; set; } = [];

    /// <summary>What the suspended computation is about to touch.</summary>
    /// <exception cref="MigrationException">The image is gone, or it cannot be read.</exception>
    public ImmutableArray<PartRange> GuessStack()
    {
        Enter();
        try
        {
            return _stackHints.Value;
        }
        catch (Exception e) when (e is ImageException or ObjectDisposedException)
        {
            throw new MigrationException(MigrationError.ImageUnreadable, $"image {Layout.Id}: {e.Message}", e);
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>Ends when the node keeps the image no more.</summary>
    public Task Gone => _gone.Task;

    public ImageEntry Entry
    {
        get
        {
            (ImageState state, ulong epoch) = Ownership.Current;
            return new ImageEntry(Layout.Id, Name, state, epoch, LengthBytes);
        }
    }

    /// <summary>Reads from the image on behalf of a connection whose claim stands.</summary>
    /// <exception cref="MigrationException">The claim is over, the image is gone, or it cannot be read.</exception>
    public void Read(object holder, PartRangeSequence ranges, Span<byte> destination)
    {
        Ownership.CheckHolder(holder);
        Enter();
        try
        {
            foreach (PartRange range in ranges)
            {
                _source.Read(range.Part, range.Offset, destination[..(int)range.LengthBytes]);
                destination = destination[(int)range.LengthBytes..];
            }
        }
        catch (Exception e) when (e is ImageException or ObjectDisposedException)
        {
            throw new MigrationException(MigrationError.ImageUnreadable, $"image {Layout.Id}: {e.Message}", e);
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>How many bytes of a range, from its beginning, are known to be zero without reading them; only those of memories are looked for.</summary>
    /// <exception cref="MigrationException">The claim is over, the image is gone, or it cannot be read.</exception>
    public ulong KnownZeroBytes(object holder, PartRange range)
    {
        if (!IsMemory(range.Part))
        {
            return 0;
        }

        Ownership.CheckHolder(holder);
        Enter();
        try
        {
            return Math.Min(_source.KnownZeroBytes(range.Part, range.Offset), range.LengthBytes);
        }
        catch (Exception e) when (e is ImageException or ObjectDisposedException)
        {
            throw new MigrationException(MigrationError.ImageUnreadable, $"image {Layout.Id}: {e.Message}", e);
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>The compiled code of the image's modules, for an engine of an identity.</summary>
    /// <exception cref="MigrationException">The claim is over, or the image is gone.</exception>
    public IReadOnlyList<byte[]> CompiledCode(object holder, string identity)
    {
        Ownership.CheckHolder(holder);
        Enter();
        try
        {
            return _source.CompiledCode(identity);
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>Whether a part is a memory.</summary>
    public bool IsMemory(int part) => Layout.Parts[part].Kind == PartKind.Memory;

    /// <summary>Gives the bytes to the caller, once nobody reads them any more; the image is gone from here.</summary>
    public async Task<IImageSource> DetachAsync()
    {
        lock (_lock)
        {
            _isKept = true;
        }

        Dispose();
        await _unused.Task;
        return _source;
    }

    /// <summary>Lets nobody read any more, and frees the bytes when the last reader is out.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            _gone.TrySetResult();
            FreeIfUnused();
        }
    }

    private void Enter()
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                throw new MigrationException(MigrationError.UnknownImage, $"image {Layout.Id} is not kept here any more");
            }

            _readers++;
        }
    }

    private void Exit()
    {
        lock (_lock)
        {
            _readers--;
            FreeIfUnused();
        }
    }

    private void FreeIfUnused()
    {
        if (_isClosed && _readers == 0)
        {
            if (!_isKept)
            {
                _source.Dispose();
            }

            _unused.TrySetResult();
        }
    }
}

using System.Collections.Immutable;
using QuicWasm.Native;
using QuicWasm.Runtime;
using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>An image whose missing pages and parts the pager brings: pages go to a file that programs have private views of, parts to the target.</summary>
public sealed class PagedImage : IPartFetcher, IMemoryPager, IDisposable
{
    /// <summary>How long a pager that has marked a loss may take to say why.</summary>
    private static readonly TimeSpan MostSilence = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly PagerProcess _process;
    private readonly ImageLayout _layout;
    private readonly IImageTarget _target;
    private readonly Dictionary<int, MemoryFile> _files = [];
    private readonly HashSet<int> _complete = [];
    private readonly TouchedPages _touches;
    private readonly uint _number;
    private readonly ManualResetEventSlim _isTold = new();
    private Action<int>? _onComplete;
    private Action? _onLost;
    private volatile string? _loss;
    private volatile Exception? _refusal;
    private Task<byte[]> _attached = Task.FromResult<byte[]>([0]);
    private bool _isDisposed;

    private PagedImage(PagerProcess process, ImageLayout layout, IImageTarget target, bool countsTouches)
    {
        _touches = new TouchedPages(countsTouches);
        GivesFiles = !countsTouches;
        _process = process;
        _layout = layout;
        _target = target;
        _number = process.NextImage();
    }

    /// <summary>Whether every page of the memories is here.</summary>
    public bool IsMemoryComplete
    {
        get
        {
            lock (_lock)
            {
                return _complete.Count == _files.Count;
            }
        }
    }

    /// <summary>Whether the pager can be asked.</summary>
    public bool IsAlive => _process.IsAlive;

    /// <inheritdoc/>
    /// <remarks>RACE: a loss is marked before those who wait are let go, and only then told: who was let go waits until it is known why.</remarks>
    public string? Loss
    {
        get
        {
            if (!_process.Status.IsLost(_number))
            {
                return null;
            }

            _ = _isTold.Wait(MostSilence);
            return _loss ?? $"the pager of this node (process {_process.ProcessId}) does not say why";
        }
    }

    /// <summary>What has been fetched for page faults, in order.</summary>
    /// <exception cref="MigrationException">The pager is gone.</exception>
    public ImmutableArray<PageFaultRecord> PageFaults() => Report().Faults;

    /// <summary>What the pager has counted.</summary>
    /// <exception cref="MigrationException">The pager is gone.</exception>
    internal PagerReport Report()
    {
        using BinaryReader reader = new(new MemoryStream(_process.Ask(PagerVerb.Report, w => w.Write(_number))));
        return PagerReport.Read(reader);
    }

    /// <summary>What was touched while that was recorded.</summary>
    /// <exception cref="MigrationException">The pager is gone.</exception>
    internal ImmutableArray<PartRange> WorkingSet()
    {
        using BinaryReader reader = new(new MemoryStream(_process.Ask(PagerVerb.WorkingSet, w => w.Write(_number))));
        return PagerReport.ReadRanges(reader);
    }

    /// <summary>How many bytes of ranges programs on this node have touched, and how many they have not; only of memories.</summary>
    internal (ulong Used, ulong Wasted) UsageOf(ImmutableArray<PartRange> ranges)
    {
        _touches.ScanAll();
        return _touches.UsageOf(ranges.Where(r => _files.ContainsKey(r.Part)));
    }

    /// <summary>Makes files for the memories, and has the pager connect to the memory node: <see cref="StartAsync"/> ends when it has.</summary>
    internal static PagedImage Attach(
        Pager pager, ImageLayout layout, IImageTarget target, bool countsTouches, Func<uint, ImmutableArray<(int Part, ulong LengthBytes)>, PagerAttachment> attachment)
    {
        PagedImage image = new(pager.Process(), layout, target, countsTouches);
        try
        {
            foreach (ImagePart part in layout.Parts.Where(static p => p is { Kind: PartKind.Memory, LengthBytes: > 0 }))
            {
                image._files.Add(part.Number, MemoryFile.Create($"quicwasm-{layout.Id:N}", part.LengthBytes));
            }

            image._process.Status.Reset(image._number);
            image._process.Follow(image._number, image);
            PagerAttachment what = attachment(image._number, [.. image._files.Select(f => (f.Key, f.Value.LengthBytes))]);
            image._attached = image._process.AskAsync(PagerVerb.Attach, PagerFrame.Write(what.Write), [.. image._files.Values.Select(f => f.Descriptor)]);
            return image;
        }
        catch (Exception e)
        {
            image.Dispose();
            if (e is NativeException)
            {
                throw new MigrationException(MigrationError.RestoreFailed, $"there is no room for the memories of image {layout.Id}: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>Ends when the pager has opened the image at the memory node, and what comes with the skeleton is here.</summary>
    /// <exception cref="MigrationException">The pager cannot have the image; the program must not run.</exception>
    internal async Task StartAsync()
    {
        if (await _attached is not [0])
        {
            await _process.AskAsync(PagerVerb.Start, PagerFrame.Write(w => w.Write(_number)));
        }
    }

    /// <summary>The program is this node's. Should the pager be gone already, the program finds that out itself.</summary>
    internal void Own() => _ = _process.AskAsync(PagerVerb.Own, PagerFrame.Write(w => w.Write(_number)));

    /// <summary>Fetches everything that is missing, behind what is touched.</summary>
    /// <exception cref="MigrationException">It cannot be had.</exception>
    internal Task PushAsync(CancellationToken cancellationToken) =>
        _process.AskAsync(PagerVerb.Push, PagerFrame.Write(w => w.Write(_number))).WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public void Fetch(int part, ulong offset, ulong lengthBytes)
    {
        try
        {
            _process.Ask(PagerVerb.Fetch, writer =>
            {
                writer.Write(_number);
                writer.Write(part);
                writer.Write(offset);
                writer.Write(lengthBytes);
            });
        }
        catch (MigrationException e)
        {
            throw Unavailable(part, e);
        }

        if (_refusal is { } refusal)
        {
            throw Unavailable(part, refusal);
        }
    }

    /// <inheritdoc/>
    public MemoryFile FileOf(int part) => _files[part];

    /// <inheritdoc/>
    public bool GivesFiles { get; }

    /// <inheritdoc/>
    public void Map(int part, nint address)
    {
        try
        {
            _process.Ask(PagerVerb.Map, writer =>
            {
                writer.Write(_number);
                writer.Write(part);
                writer.Write((ulong)address);
            });
            _touches.Add(part, (ulong)address, _files[part].LengthBytes);
        }
        catch (MigrationException e)
        {
            throw new ImageException(ImageError.Unavailable, e.Message, e);
        }
    }

    /// <inheritdoc/>
    public void Unmap(nint address)
    {
        _touches.Remove((ulong)address);
        try
        {
            _process.Ask(PagerVerb.Unmap, writer => writer.Write((ulong)address));
        }
        catch (MigrationException) when (!_process.IsAlive)
        {
            // With the pager all registrations have gone.
        }
    }

    /// <inheritdoc/>
    public void Follow(Action<int> complete, Action lost)
    {
        int[] already;
        lock (_lock)
        {
            _onComplete += complete;
            _onLost += lost;
            already = [.. _complete];
        }

        Array.ForEach(already, complete);
        if (Loss is not null)
        {
            lost();
        }
    }

    /// <summary>Nothing is fetched any more: a program that still misses something traps.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        try
        {
            _process.Ask(PagerVerb.Detach, w => w.Write(_number));
        }
        catch (MigrationException) when (!_process.IsAlive)
        {
            // There is nobody to be told.
        }

        _process.Forget(_number);
        foreach (MemoryFile file in _files.Values)
        {
            file.Dispose();
        }
    }

    /// <summary>The pager says something of this image. On the pager's thread.</summary>
    internal void OnTold(PagerFrame frame)
    {
        using BinaryReader reader = frame.Read();
        switch (frame.Verb)
        {
            case PagerVerb.Bytes:
                Write(reader.ReadInt32(), reader.ReadUInt64(), frame.Body.AsSpan(sizeof(int) + sizeof(ulong)));
                break;
            case PagerVerb.Complete:
                int part = reader.ReadInt32();
                Action<int>? onComplete;
                lock (_lock)
                {
                    _complete.Add(part);
                    onComplete = _onComplete;
                }

                onComplete?.Invoke(part);
                break;
            default:
                Lose(reader.ReadString());
                break;
        }
    }

    /// <summary>The pager has ended.</summary>
    internal void OnPagerGone() => Lose($"the pager of this node (process {_process.ProcessId}) has ended");

    private void Write(int part, ulong offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            _target.Write(part, offset, bytes);
        }
        catch (ImageException e)
        {
            // Whoever asked for it is told.
            _refusal ??= e;
        }
    }

    private void Lose(string why)
    {
        Action? onLost;
        lock (_lock)
        {
            _loss ??= why;
            onLost = _onLost;
        }

        _isTold.Set();

        if (Loss is not null)
        {
            onLost?.Invoke();
        }
    }

    private TrapException Unavailable(int part, Exception inner) => new(
        TrapKind.PartUnavailable, $"{_layout.Parts[part].Kind} {_layout.Parts[part].Index} (part {part}): {inner.Message}", inner);
}

using System.Diagnostics;
using QuicWasm.Native;
using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>
/// One image in a pager: fetches what programs touch, once however many touch it, and wakes them. While the memory node is away it keeps
/// trying; past the deadline the image is lost, and everybody who waits is let go to find that out.
/// </summary>
internal sealed partial class PagerSession : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // Pages of a longer granule are not touched before it is complete, so its zeros need not be there.
    private const ulong LongGranuleBytes = GranularityOptions.MaximumPageBytes;

    private readonly Lock _lock = new();
    private readonly PagerAttachment _attachment;
    private readonly PagerHost _host;
    private readonly Dictionary<int, PagedMemory> _memories = [];
    private readonly Dictionary<int, List<ulong>> _faults = [];
    private readonly List<Waiter> _waiters = [];
    private readonly PagerFaults _clock = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(int Part, ulong View, ulong Address)> _early = [];
    private GranuleQueue _queue = null!;
    private GranulePlan _plan = null!;
    private ImageLayout _layout = null!;
    private PagerLink? _link;
    private MigrationException? _loss;
    private long _waitingSince;
    private volatile bool _isOwner;
    private bool _isConnecting;
    private int _badFrames;

    public PagerSession(PagerAttachment attachment, PagerHost host, IReadOnlyList<MemoryFile> files)
    {
        _attachment = attachment;
        _host = host;
        for (int i = 0; i < files.Count; i++)
        {
            _memories.Add(attachment.Memories[i].Part, new PagedMemory(files[i]));
        }
    }

    private uint Image => _attachment.Image;

    // Until the program is this node's nobody runs on what is missing, and a short deadline for faults would only end migrations.
    private TimeSpan Deadline => _isOwner || _attachment.Deadline > _host.Options.Transport.ConnectTimeout
        ? _attachment.Deadline
        : _host.Options.Transport.ConnectTimeout;

    /// <summary>Connects to the memory node, beside the running node, which fetches what comes before the first instruction itself; asks for what is likely to be touched.</summary>
    public async Task AttachAsync()
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        ending.CancelAfter(Deadline);
        PagerLink link = await PagerLink.ConnectAsync(_host, _attachment, isOwner: false, _counters, ending.Token);
        _plan = link.Plan;
        _layout = link.Layout;
        _queue = new GranuleQueue(_plan, _plan.RequiredCount);
        foreach ((int part, ulong length) in _attachment.Memories)
        {
            if (_layout.Part(part, 0, 0) is not { Kind: PartKind.Memory } memory || memory.LengthBytes != length)
            {
                await link.DisposeAsync();
                throw new MigrationException(MigrationError.ProtocolViolation, $"{link.Peer} has another image than it had: part {part} is no memory of {length} bytes");
            }
        }

        BeginPrefetch(link);
        if (!TryUse(link))
        {
            await link.DisposeAsync();
            throw _loss!;
        }

        Receive(link);
        lock (_lock)
        {
            _begun.TrySetResult();
        }

        _early.ForEach(f => OnFault(f.Part, f.View, f.Address));
        _early.Clear();
        Pump();
    }

    // Not when the image is not needed any more, or lost: whoever said so has seen no link that is to be closed.
    private bool TryUse(PagerLink link)
    {
        lock (_lock)
        {
            _link = _loss is null ? link : null;
            return _loss is null;
        }
    }

    /// <summary>Ends when what comes with the skeleton is here.</summary>
    public Task StartAsync() => _withSkeleton;

    /// <summary>The running node has committed.</summary>
    public void Own()
    {
        _isOwner = true;
        OwnPrefetch();
        Pump();
    }

    /// <summary>Registers a view, unless everything is here.</summary>
    public void Map(int part, ulong address)
    {
        lock (_lock)
        {
            if (_loss is { } loss)
            {
                throw loss;
            }

            if (!_memories[part].IsComplete)
            {
                _host.Userfault.Register(address, _memories[part].LengthBytes, UserfaultModes.Missing | Counting);
                _memories[part].Views.Add(address);
                return;
            }

            CountTouches(_memories[part], address);
        }
    }

    /// <summary>A view goes.</summary>
    public void Unmap(int part, ulong address)
    {
        lock (_lock)
        {
            Release(_memories[part], address);
        }
    }

    /// <summary>A thread waits for a page.</summary>
    public void OnFault(int part, ulong view, ulong address)
    {
        lock (_lock)
        {
            if (_loss is null && !_begun.Task.IsCompleted)
            {
                _early.Add((part, view, address));
                return;
            }

            GranuleRun run = _loss is null ? _plan.GranulesOf(part, address - view, AddressRange.PageBytes) : default;
            if (_loss is not null || _queue.HasArrived(run))
            {
                _host.Userfault.Wake(address, AddressRange.PageBytes);
                return;
            }

            if (!_faults.TryGetValue(run.First, out List<ulong>? addresses))
            {
                _faults.Add(run.First, addresses = []);
            }

            addresses.Add(address);
            _clock.Known(run.First, _queue.IsSent(run.First));
            Need(run);
            Foresee(part, run.First);
        }

        Pump();
    }

    /// <summary>Ends when a range of a part is here, and its bytes are on their way to the running node.</summary>
    public async Task FetchAsync(int part, ulong offset, ulong lengthBytes)
    {
        await _begun.Task;
        await WaitForAsync(_plan.GranulesOf(part, offset, lengthBytes), isNeededNow: true);
    }

    /// <summary>Ends when everything is here.</summary>
    public Task PushAsync() => WaitForAsync(new GranuleRun(0, _plan.GranuleCount), isNeededNow: false);

    /// <summary>Looks at the clock: where the memory node has sent nothing for too long, the image is lost.</summary>
    public void CheckDeadline()
    {
        string why;
        lock (_lock)
        {
            if (_loss is not null || !_begun.Task.IsCompleted || _queue.IsComplete || !_queue.IsWaiting || Stopwatch.GetElapsedTime(_waitingSince) < Deadline)
            {
                return;
            }

            why = $"{_link?.Peer ?? _attachment.Endpoint} has sent nothing for {Deadline.TotalSeconds} s{(_lastError is null ? "" : $" ({_lastError})")}";
        }

        Lose(new MigrationException(MigrationError.DeadlineExceeded, why));
    }

    /// <summary>
    /// Nothing more comes. The loss is marked before anybody is let go, so whoever sees a page that did not arrive can know that.
    /// </summary>
    public void Lose(MigrationException why)
    {
        List<Waiter> waiters;
        lock (_lock)
        {
            if (_loss is not null)
            {
                return;
            }

            _loss = why;
            if (!_memories.Values.All(m => m.IsComplete))
            {
                _host.Status.SetLost(Image);
            }

            foreach (PagedMemory memory in _memories.Values)
            {
                ReleaseAll(memory);
            }

            waiters = [.. _waiters];
            _waiters.Clear();
        }

        _host.Tell(PagerVerb.Lost, Image, PagerFrame.Write(w => w.Write(why.Message)));
        waiters.ForEach(w => w.Done.TrySetException(why));
        _begun.TrySetException(why);
        _ending.Cancel();
    }

    /// <summary>Nothing is needed any more.</summary>
    public async ValueTask DisposeAsync()
    {
        Lose(new MigrationException(MigrationError.ConnectionLost, "the connection to the memory node was closed here"));
        if (_link is { } link)
        {
            await link.DisposeAsync();
        }

        foreach (PagedMemory memory in _memories.Values)
        {
            memory.Dispose();
        }

        _ending.Dispose();
    }

    private async Task WaitForAsync(GranuleRun run, bool isNeededNow)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (_loss is { } loss)
            {
                throw loss;
            }

            waiter = new Waiter(run, run.Count == _plan.GranuleCount ? _queue.Missing : Enumerable.Range(run.First, run.Count).Count(g => !_queue.HasArrived(g)));
            if (waiter.Missing == 0)
            {
                return;
            }

            _waiters.Add(waiter);
            Need(run, isNeededNow);
        }

        Pump();
        await waiter.Done.Task;
    }

    // Under the lock.
    private void Need(GranuleRun run, bool isNeededNow = true)
    {
        if (!_queue.IsWaiting)
        {
            _waitingSince = Stopwatch.GetTimestamp();
        }

        if (isNeededNow)
        {
            Record(run);
            _queue.Demand(run);
        }
        else
        {
            _queue.WantLater(run);
        }
    }

    private void ReleaseAll(PagedMemory memory)
    {
        foreach (ulong view in memory.Views.ToArray())
        {
            Release(memory, view);
        }
    }

    private void Release(PagedMemory memory, ulong view)
    {
        if (memory.Views.Remove(view))
        {
            _host.Userfault.Unregister(view, memory.LengthBytes);
        }
    }

    /// <summary>Somebody who waits for a run.</summary>
    private sealed class Waiter(GranuleRun run, int missing)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Missing { get; private set; } = missing;

        public bool IsEndedBy(int granule) => granule >= run.First && granule < run.End && --Missing == 0;
    }
}

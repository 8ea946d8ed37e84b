using System.Diagnostics;
using QuicWasm.Native;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>One migration as the running node goes through it.</summary>
internal sealed class Reception(
    TransportRegistry transports,
    TransportEndpoint endpoint,
    RunningNodeOptions options,
    MigrationRequest request,
    IMigrationTarget target,
    TransferCounters counters,
    MigrationReport report) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly SourceConnection _source = new(transports, endpoint, options, request, counters, report);
    private GranuleFetcher? _fetcher;
    private PagedImage? _paged;
    private Task? _preparing;

    /// <summary>Copies what must come before the first instruction, and has the target put it together.</summary>
    public async Task CopyAsync(CancellationToken cancellationToken)
    {
        _preparing = MayPage ? PrepareAsync(options.Pager!) : null;
        await _source.ConnectAsync(Obstacle is null ? null : RefuseLazyMemory, cancellationToken);
        ImageLayout layout = _source.Layout;
        GranulePlan plan = _source.Plan;
        bool isPaged = LazyMemory(layout, plan) is not null;
        report.PlannedGranules = (plan.GranuleCount, plan.RequiredCount);
        report.ImageBytes = plan.LengthBytes;

        // The pager connects from the beginning on, and claims and opens the image while what comes first is copied.
        target.Begin(layout);
        Task<PagedImage>? attaching = isPaged ? Task.Run(() => AttachPagerAsync(layout), CancellationToken.None) : null;
        if (!isPaged)
        {
            CancelPreparing();
        }

        await CopyRequiredAsync(layout, plan, attaching, cancellationToken);
    }

    /// <summary>
    /// Takes the ownership. When the answer is lost it is asked for again, over a new connection; only a clear answer ends that, or the
    /// deadline. It cannot be cancelled: whoever has asked must know.
    /// </summary>
    public async Task CommitAsync()
    {
        long start = Stopwatch.GetTimestamp();
        MigrationException? lost = await TryCommitAsync(_source.Client, isFirst: true);
        for (TimeSpan pause = FirstPause; lost is not null; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            TimeSpan left = options.CommitDeadline - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                throw new MigrationException(
                    MigrationError.CommitUnknown,
                    $"{endpoint} did not confirm that this node owns image {_source.Layout.Id} (epoch {_source.Epoch}); "
                    + $"do not run it here, and reclaim it there: {lost.Message}",
                    lost);
            }

            lost = await RetryCommitAsync(left);
            if (lost is not null)
            {
                await Task.Delay(pause);
            }
        }

        _paged?.Own();
        report.MarkCommitted();
    }

    /// <summary>What the caller gets when the program is this node's.</summary>
    public Migration ToMigration() => new(_source, _fetcher, _paged, report, request);

    public async ValueTask DisposeAsync()
    {
        if (_fetcher is not null)
        {
            await _fetcher.DisposeAsync();
        }

        _paged?.Dispose();
        CancelPreparing();
        report.Follow(null);
        await _source.DisposeAsync();
    }

    private async Task<MigrationException?> TryCommitAsync(NodeClient client, bool isFirst)
    {
        try
        {
            await client.StepAsync(_source.Step(MessageKind.Commit), MessageKind.Committed, CancellationToken.None);
            return null;
        }
        catch (MigrationException e) when (IsUnclear(e.Error, isFirst))
        {
            return e;
        }
    }

    // An answer of the memory node is clear, but for one: a node that was started anew does not know what it said before.
    private static bool IsUnclear(MigrationError error, bool isFirst) =>
        error is MigrationError.ConnectionLost or MigrationError.DeadlineExceeded or MigrationError.ProtocolViolation or MigrationError.NodeStopping
        || (error == MigrationError.UnknownImage && !isFirst);

    /// <summary>Asks over a new connection; what is fetched later comes over that one too.</summary>
    private async Task<MigrationException?> RetryCommitAsync(TimeSpan left)
    {
        using CancellationTokenSource ending = new(left);
        NodeClient? client = null;
        try
        {
            client = await NodeClient.BeginAsync(transports, endpoint, options, counters, ending.Token);
            MigrationException? lost = await CommitAgainAsync(client, ending.Token);
            if (lost is not null)
            {
                return lost;
            }

            await _source.AdoptAsync(client, ending.Token);
            client = null;
            return null;
        }
        catch (MigrationException e) when (IsUnclear(e.Error, isFirst: false))
        {
            return e;
        }
        catch (OperationCanceledException e)
        {
            return new MigrationException(MigrationError.DeadlineExceeded, $"{endpoint} did not answer within {options.CommitDeadline.TotalSeconds} s", e);
        }
        finally
        {
            if (client is not null)
            {
                await client.DisposeAsync();
            }
        }
    }

    // The commit may have been lost, and the claim with its connection: then the program is nobody's, unless another node was faster.
    private async Task<MigrationException?> CommitAgainAsync(NodeClient client, CancellationToken cancellationToken)
    {
        try
        {
            return await TryCommitAsync(client, isFirst: false);
        }
        catch (MigrationException e) when (e.Error == MigrationError.ClaimLost && options.LinkDeadline > TimeSpan.Zero)
        {
            await _source.ClaimAsync(client, cancellationToken);
            return await TryCommitAsync(client, isFirst: false);
        }
    }

    private async Task CopyRequiredAsync(ImageLayout layout, GranulePlan plan, Task<PagedImage>? attaching, CancellationToken cancellationToken)
    {
        GranuleLedger ledger = new(plan);
        SkeletonGate gate = new(plan.SkeletonBytes, () =>
        {
            target.BuildSkeleton();
            report.MarkSkeleton();
        });
        GranuleExecutor executor = new(layout, plan, target, ledger, gate, counters, request);
        GranuleRun required = new(0, plan.RequiredCount);
        int streamCount = Math.Clamp(plan.RequiredCount, 1, request.Streams);
        try
        {
            await _source.MoveAsync(
                streamCount, (streams, token) => executor.MoveAsync(streams, required, ByteClass.Required, token), cancellationToken);
        }
        finally
        {
            // Whatever becomes of the copy, the pager's part is this object's to end.
            _paged = attaching is null ? null : await attaching;
        }

        report.MarkRequired();
        _source.CarriesGranules = _paged is null && plan.RequiredCount < plan.GranuleCount;
        if (_source.CarriesGranules)
        {
            _fetcher = new GranuleFetcher(layout, plan, ledger, executor, _source, options.FaultDeadline);
        }
        else if (_paged is null)
        {
            report.MarkAll();
        }

        await CompleteAsync();
        report.MarkRestored();
    }

    // The memories are mapped while the pager opens the image; before it has, the program is not this node's.
    private async Task CompleteAsync()
    {
        if (_paged is not { } paged)
        {
            target.Complete(_fetcher);
            return;
        }

        try
        {
            target.Complete(paged);
        }
        catch (ImageException)
        {
            // Where the pager cannot have the image, that is the reason.
            await paged.StartAsync();
            throw;
        }

        await paged.StartAsync();
    }

    private bool CountsTouches => options.CountsTouches && request.Prefetch != Prefetch.None;

    private bool MayPage => options.Pager is not null && endpoint.Scheme != "loopback"
        && request is { Options: { Mode: CopyMode.Cow, EagerMemory: false }, Granularity: not Granularity.WholeBinary };

    // A pager that does not run yet takes a while to start.
    private Task PrepareAsync(Pager pager)
    {
        if (pager.ProcessId is null)
        {
            return Task.Run(() => pager.Prepare($"{endpoint}"));
        }

        pager.Prepare($"{endpoint}");
        return Task.CompletedTask;
    }

    private void CancelPreparing()
    {
        _ = _preparing?.ContinueWith(
            _ => options.Pager!.Cancel($"{endpoint}"), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _preparing = null;
    }

    private async Task<PagedImage> AttachPagerAsync(ImageLayout layout)
    {
        await (_preparing ?? Task.CompletedTask);
        _preparing = null;
        return PagedImage.Attach(
            options.Pager!,
            layout,
            target,
            CountsTouches,
            (number, memories) => new PagerAttachment(
                number, $"{endpoint}", request with { Image = layout.Id }, _source.Claimant, options.FaultDeadline, CountsTouches, memories));
    }

    // Why this node cannot have memories come while a program runs.
    private string? Obstacle => options.Pager is null ? "this node has no pager"
        : endpoint.Scheme == "loopback" ? "a pager is another process, which loopback does not reach"
        : (ulong)request.Options.PageBytes < AddressRange.PageBytes ? $"a page of this system has {AddressRange.PageBytes} bytes, more than was asked for"
        : null;

    private void RefuseLazyMemory(ImageLayout layout, GranulePlan plan)
    {
        if (LazyMemory(layout, plan) is { } left)
        {
            throw new MigrationException(
                MigrationError.Unsupported,
                $"image {layout.Id} has a memory of {left.LengthBytes} bytes, and this node cannot fetch memory lazily: {Obstacle}; "
                + "copy memories eagerly, or use mode no-cow");
        }
    }

    // A memory that comes while the program runs, if any does.
    private static ImagePart? LazyMemory(ImageLayout layout, GranulePlan plan) => layout.Parts.FirstOrDefault(part =>
        part is { Kind: PartKind.Memory, LengthBytes: > 0 } && plan.GranulesOf(part.Number, 0, part.LengthBytes).End > plan.RequiredCount);
}

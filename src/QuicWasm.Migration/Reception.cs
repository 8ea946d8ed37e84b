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

    private readonly Guid _claimant = Guid.NewGuid();
    private readonly List<GranuleStream> _streams = [];
    private NodeClient? _client;
    private ImageLayout? _layout;
    private GranulePlan? _plan;
    private GranuleFetcher? _fetcher;
    private PagedImage? _paged;
    private ulong _epoch;

    /// <summary>Copies what must come before the first instruction, and has the target put it together.</summary>
    public async Task CopyAsync(CancellationToken cancellationToken)
    {
        NodeClient client = _client = await NodeClient.ConnectAsync(transports, endpoint, options, counters, cancellationToken);
        report.MarkConnected(client);
        MigrationRequest asked = request;
        if (request.FreezesProgram)
        {
            asked = request with { Image = await client.FreezeAsync(request.Program, request.IsFlat, cancellationToken) };
            report.MarkFrozen();
        }

        ImageOpenedMessage opened = await client.OpenImageAsync(asked, cancellationToken);
        ImageLayout layout = _layout = opened.Layout;
        GranulePlan plan = _plan = CopyGranularity.Of(request.Granularity).Plan(layout, request.Options);
        bool isPaged = LeavesMemory(layout, plan);
        report.PlannedGranules = (plan.GranuleCount, plan.RequiredCount);
        report.ImageBytes = plan.LengthBytes;
        _epoch = (await client.ClaimAsync(layout.Id, _claimant, request.IsShared, cancellationToken)).Epoch;
        report.MarkClaimed();

        // The pager connects while what comes first is copied.
        target.Begin(layout);
        Task<PagedImage>? attaching = isPaged ? Task.Run(() => AttachPagerAsync(layout), CancellationToken.None) : null;
        await CopyRequiredAsync(client, opened, layout, plan, attaching, cancellationToken);
    }

    /// <summary>
    /// Takes the ownership. When the answer is lost it is asked for again, over a new connection; only a clear answer ends that, or the
    /// deadline. It cannot be cancelled: whoever has asked must know.
    /// </summary>
    public async Task CommitAsync()
    {
        OwnershipMessage commit = new(MessageKind.Commit, _layout!.Id, _claimant, _epoch);
        long start = Stopwatch.GetTimestamp();
        MigrationException? lost = await TryCommitAsync(_client!, commit, isFirst: true);
        for (TimeSpan pause = FirstPause; lost is not null; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            TimeSpan left = options.CommitDeadline - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                throw new MigrationException(
                    MigrationError.CommitUnknown,
                    $"{endpoint} did not confirm that this node owns image {_layout.Id} (epoch {_epoch}); "
                    + $"do not run it here, and reclaim it there: {lost.Message}",
                    lost);
            }

            lost = await RetryCommitAsync(commit, left);
            if (lost is not null)
            {
                await Task.Delay(pause);
            }
        }

        _paged?.Own();
        report.MarkCommitted();
    }

    /// <summary>What the caller gets when the program is this node's.</summary>
    public Migration ToMigration() => new(_client!, _streams, _plan!, _fetcher, _paged, report, new OwnershipMessage(MessageKind.Done, _layout!.Id, _claimant, _epoch), request);

    public async ValueTask DisposeAsync()
    {
        _fetcher?.Dispose();
        _paged?.Dispose();
        report.Follow(null);
        foreach (GranuleStream stream in _streams)
        {
            await stream.DisposeAsync();
        }

        if (_client is { } client)
        {
            await client.DisposeAsync();
        }
    }

    private static async Task<MigrationException?> TryCommitAsync(NodeClient client, OwnershipMessage commit, bool isFirst)
    {
        try
        {
            await client.StepAsync(commit, MessageKind.Committed, CancellationToken.None);
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
    private async Task<MigrationException?> RetryCommitAsync(OwnershipMessage commit, TimeSpan left)
    {
        using CancellationTokenSource ending = new(left);
        NodeClient? client = null;
        try
        {
            client = await NodeClient.ConnectAsync(transports, endpoint, options, counters, ending.Token);
            MigrationException? lost = await TryCommitAsync(client, commit, isFirst: false);
            if (lost is not null)
            {
                return lost;
            }

            await AdoptAsync(client, ending.Token);
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

    private async Task AdoptAsync(NodeClient client, CancellationToken cancellationToken)
    {
        if (_fetcher is not null)
        {
            await client.ClaimAsync(_layout!.Id, _claimant, request.IsShared, cancellationToken);
            ImageOpenedMessage opened = await client.OpenImageAsync(request with { Image = _layout.Id }, cancellationToken);
            GranuleStream stream = await client.OpenStreamAsync(opened.Handle, _plan!, cancellationToken);
            _fetcher.MoveTo(stream);
            _streams.Insert(0, stream);
        }

        NodeClient before = _client!;
        report.Follow(client);
        _client = client;
        await before.DisposeAsync();
    }

    private async Task CopyRequiredAsync(
        NodeClient client, ImageOpenedMessage opened, ImageLayout layout, GranulePlan plan, Task<PagedImage>? attaching, CancellationToken cancellationToken)
    {
        GranuleLedger ledger = new(plan);
        GranuleExecutor executor;
        try
        {
            int streamCount = Math.Clamp(plan.RequiredCount, 1, request.Streams);
            _streams.AddRange(await Task.WhenAll(
                Enumerable.Range(0, streamCount).Select(_ => client.OpenStreamAsync(opened.Handle, plan, cancellationToken))));
            SkeletonGate gate = new(plan.SkeletonBytes, () =>
            {
                target.BuildSkeleton();
                report.MarkSkeleton();
            });
            executor = new GranuleExecutor(layout, plan, target, ledger, gate, counters, request);
            await executor.MoveAsync(_streams, new GranuleRun(0, plan.RequiredCount), ByteClass.Required, cancellationToken);
        }
        finally
        {
            // Whatever becomes of the copy, the pager's part is this object's to end.
            _paged = attaching is null ? null : await attaching;
        }

        report.MarkRequired();
        if (_paged is not null)
        {
            await _paged.StartAsync();
        }
        else if (plan.RequiredCount < plan.GranuleCount)
        {
            _fetcher = new GranuleFetcher(layout, plan, ledger, executor, _streams[0], options.FaultDeadline);
        }
        else
        {
            report.MarkAll();
        }

        target.Complete(_paged is not null ? _paged : _fetcher);
        report.MarkRestored();
    }

    private Task<PagedImage> AttachPagerAsync(ImageLayout layout) => PagedImage.AttachAsync(
        options.Pager!,
        layout,
        target,
        request.Prefetch != Prefetch.None,
        (number, memories) => new PagerAttachment(number, $"{endpoint}", request with { Image = layout.Id }, _claimant, options.FaultDeadline, memories));

    // Whether memories come while the program runs; and if so, whether this node can do that.
    private bool LeavesMemory(ImageLayout layout, GranulePlan plan)
    {
        ImagePart? left = layout.Parts.FirstOrDefault(part =>
            part is { Kind: PartKind.Memory, LengthBytes: > 0 } && plan.GranulesOf(part.Number, 0, part.LengthBytes).End > plan.RequiredCount);
        if (left is null)
        {
            return false;
        }

        string? obstacle = options.Pager is null ? "this node has no pager"
            : endpoint.Scheme == "loopback" ? "a pager is another process, which loopback does not reach"
            : (ulong)request.Options.PageBytes < AddressRange.PageBytes ? $"a page of this system has {AddressRange.PageBytes} bytes, more than was asked for"
            : null;
        return obstacle is null ? true : throw new MigrationException(
            MigrationError.Unsupported,
            $"image {layout.Id} has a memory of {left.LengthBytes} bytes, and this node cannot fetch memory lazily: {obstacle}; "
            + "copy memories eagerly, or use mode no-cow");
    }
}

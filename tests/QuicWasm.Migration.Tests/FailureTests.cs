using System.Collections.Concurrent;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Migration.Tests;

/// <summary>Whatever breaks, and when: one node owns the program, or its image is intact, and nobody waits past a deadline.</summary>
public sealed class FailureTests
{
    private static readonly ImageLayout Small = RandomLayouts.Program(5, 2 * 65536);

    [Fact]
    public async Task Of_two_claimants_one_wins()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        using FakeImage image = new(Small);
        nodes.Memory.Add(image, "program");
        using ManualResetEventSlim go = new();
        FakeTarget first = new() { OnComplete = () => Assert.True(go.Wait(Nodes.Patience)) };
        Task<Migration> winner = Receive(nodes, first);
        await Nodes.UntilAsync(() => nodes.StateOf(image) == ImageState.Claimed);
        MigrationException error = await Nodes.FailsAsync(() => Receive(nodes, new FakeTarget()));
        Assert.Equal(MigrationError.ImageClaimed, error.Error);
        go.Set();
        await using Migration migration = await winner;
        first.AssertHolds(image);
        error = await Nodes.FailsAsync(() => Receive(nodes, new FakeTarget()));
        Assert.Equal(MigrationError.ImageCommitted, error.Error);
    }

    [Fact]
    public async Task A_destination_that_cannot_restore_leaves_the_image_to_another()
    {
        await using Nodes nodes = await Nodes.StartAsync(options: new MemoryNodeOptions { ChunkBytes = 4096 });
        using FakeImage image = new(Small);
        nodes.Memory.Add(image, "program");
        Action broken = () => throw new ImageException(ImageError.Unavailable, "no such host module");
        foreach (FakeTarget target in new[] { new FakeTarget { OnBuild = broken }, new FakeTarget { OnComplete = broken }, new FakeTarget { OnWrite = n => Break(n) } })
        {
            MigrationException error = await Nodes.FailsAsync(() => Receive(nodes, target));
            Assert.Equal(MigrationError.RestoreFailed, error.Error);
            Assert.Contains("no such host module", error.Message, StringComparison.Ordinal);
            await Nodes.UntilAsync(() => nodes.StateOf(image) == ImageState.Available);
        }

        FakeTarget last = new();
        await using Migration migration = await Receive(nodes, last);
        last.AssertHolds(image);

        void Break(int writes)
        {
            if (writes > 20)
            {
                broken();
            }
        }
    }

    [Fact]
    public async Task A_claimant_that_is_killed_leaves_the_image_to_another()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        using FakeImage image = new(Small);
        nodes.Memory.Add(image, "program");
        NodeClient client = await nodes.ClientAsync();
        await client.ClaimAsync(image.Layout.Id, Guid.NewGuid(), isShared: false, Nodes.Cancellation);
        Assert.Equal(ImageState.Claimed, nodes.StateOf(image));
        await client.DisposeAsync();
        await Nodes.UntilAsync(() => nodes.StateOf(image) == ImageState.Available);
        FakeTarget target = new();
        await using Migration migration = await Receive(nodes, target);
        target.AssertHolds(image);
        Assert.Equal(2UL, migration.Epoch);
    }

    [Theory]
    [InlineData(CopyMode.NoCow)]
    [InlineData(CopyMode.Cow)]
    public async Task A_commit_whose_answer_is_lost_is_asked_again(CopyMode mode)
    {
        CutTransport cut = new(new LoopbackTransport());
        await using Nodes nodes = await Nodes.StartAsync(cut);
        using FakeImage image = new(Small);
        nodes.Memory.Add(image, "program");
        int commits = 0;
        cut.AfterAsync = async kind =>
        {
            if (kind != MessageKind.Commit || Interlocked.Increment(ref commits) > 1)
            {
                return true;
            }

            await Nodes.UntilAsync(() => nodes.StateOf(image) == ImageState.Committed);
            return false;
        };
        FakeTarget target = new();
        MigrationRequest request = new() { Options = new(Mode: mode, EagerMemory: true) };
        await using Migration migration = await nodes.Running().ReceiveAsync(nodes.Endpoint, request, target, Nodes.Cancellation);
        Assert.Equal(2, commits);
        Assert.Equal(1UL, migration.Epoch);
        Assert.Equal(ImageState.Committed, nodes.StateOf(image));
        await migration.FetchRemainingAsync(Nodes.Cancellation);
        target.AssertHolds(image);
        await migration.FinishAsync(Nodes.Cancellation);
        Assert.Empty(nodes.Memory.Images);
    }

    [Fact]
    public async Task A_commit_that_did_not_arrive_is_made_again_under_a_new_claim()
    {
        CutTransport cut = new(new LoopbackTransport());
        await using Nodes nodes = await Nodes.StartAsync(cut);
        using FakeImage image = new(Small);
        nodes.Memory.Add(image, "program");
        LoseFirstCommit(cut, () => nodes.StateOf(image) == ImageState.Available);
        FakeTarget target = new();
        await using Migration migration = await Receive(nodes, target);
        target.AssertHolds(image);
        Assert.Equal(2UL, migration.Epoch);
        Assert.Equal(ImageState.Committed, nodes.StateOf(image));
        await migration.FinishAsync(Nodes.Cancellation);
        Assert.Empty(nodes.Memory.Images);
    }

    [Fact]
    public async Task A_commit_that_did_not_arrive_is_lost_when_another_node_was_faster()
    {
        CutTransport cut = new(new LoopbackTransport());
        await using Nodes nodes = await Nodes.StartAsync(cut);
        using FakeImage image = new(Small);
        nodes.Memory.Add(image, "program");
        IImageSource? taken = null;
        LoseFirstCommit(cut, () => nodes.StateOf(image) == ImageState.Available, async () => taken = await nodes.Memory.WithdrawAsync(image.Layout.Id));
        FakeTarget target = new();
        MigrationException error = await Nodes.FailsAsync(
            () => nodes.Running(new() { CommitDeadline = TimeSpan.FromMilliseconds(300) }).ReceiveAsync(nodes.Endpoint, new MigrationRequest(), target, Nodes.Cancellation));
        Assert.Equal(MigrationError.CommitUnknown, error.Error);
        Assert.Same(image, taken);
    }

    private static void LoseFirstCommit(CutTransport cut, Func<bool> isFree, Func<Task>? meanwhile = null)
    {
        int commits = 0;
        cut.Before = kind => kind != MessageKind.Commit || Interlocked.Increment(ref commits) > 1;
        cut.AfterAsync = async kind =>
        {
            if (kind == MessageKind.Hello && commits == 1)
            {
                await Nodes.UntilAsync(isFree);
                await (meanwhile?.Invoke() ?? Task.CompletedTask);
                meanwhile = null;
                isFree = () => true;
            }

            return true;
        };
    }

    [Fact]
    public async Task A_commit_that_nobody_confirms_is_unknown_and_can_be_reclaimed()
    {
        CutTransport cut = new(new LoopbackTransport());
        await using Nodes nodes = await Nodes.StartAsync(cut);
        using FakeImage image = new(Small);
        Guid id = nodes.Memory.Add(image, "program");
        bool isDown = false;
        cut.Before = kind => !isDown;
        cut.AfterAsync = async kind =>
        {
            if (kind == MessageKind.Commit)
            {
                await Nodes.UntilAsync(() => nodes.StateOf(image) == ImageState.Committed);
                isDown = true;
                return false;
            }

            return true;
        };
        RunningNodeOptions options = new() { CommitDeadline = TimeSpan.FromMilliseconds(300) };
        MigrationException error = await Nodes.FailsAsync(
            () => nodes.Running(options).ReceiveAsync(nodes.Endpoint, new MigrationRequest(), new FakeTarget(), Nodes.Cancellation));
        Assert.Equal(MigrationError.CommitUnknown, error.Error);
        Assert.True(cut.Connections > 2);
        isDown = false;
        cut.AfterAsync = _ => Task.FromResult(true);
        Assert.Equal(MigrationError.ImageCommitted, (await Nodes.FailsAsync(() => Receive(nodes, new FakeTarget()))).Error);
        nodes.Memory.Reclaim(id);
        FakeTarget target = new();
        await using Migration migration = await Receive(nodes, target);
        target.AssertHolds(image);
    }

    [Theory]
    [InlineData("loopback")]
    [InlineData("tcp")]
    public async Task A_memory_node_that_is_killed_midway_is_an_error(string transport)
    {
        Nodes nodes = await Nodes.StartAsync(transport);
        using FakeImage image = new(RandomLayouts.Program(5, 100 * 65536));
        nodes.Memory.Add(image, "program");
        Task? killed = null;
        FakeTarget target = new() { OnWrite = n => killed ??= n > 100 ? nodes.DisposeAsync().AsTask() : null };
        // The window is small, so that what is on its way when the node dies is not the rest of the image.
        MigrationRequest request = new() { WindowGranules = 16, WindowBytes = 65536 };
        RunningNodeOptions options = new() { LinkDeadline = TimeSpan.FromMilliseconds(300) };
        MigrationException error = await Nodes.FailsAsync(
            () => nodes.Running(options).ReceiveAsync(nodes.Endpoint, request, target, Nodes.Cancellation));
        Assert.True(error.Error is MigrationError.ConnectionLost or MigrationError.NodeStopping, error.ToString());
        Assert.False(target.IsCompleted);
        await killed!.WaitAsync(Nodes.Patience, Nodes.Cancellation);
        Assert.Equal(MigrationError.ConnectionLost, (await Nodes.FailsAsync(() => Receive(nodes, new FakeTarget()))).Error);
    }

    [Fact]
    public async Task A_memory_node_that_stalls_is_an_error_within_the_deadline()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        using ManualResetEventSlim stalled = new();
        using FakeImage image = new(Small) { OnRead = part => stalled.Wait(part > 8 ? Nodes.Patience : TimeSpan.Zero) };
        nodes.Memory.Add(image, "program");
        RunningNodeOptions options = new() { StallDeadline = TimeSpan.FromMilliseconds(200), LinkDeadline = TimeSpan.FromMilliseconds(300) };
        MigrationException error = await Nodes.FailsAsync(
            () => nodes.Running(options).ReceiveAsync(nodes.Endpoint, new MigrationRequest(), new FakeTarget(), Nodes.Cancellation));
        Assert.Equal(MigrationError.DeadlineExceeded, error.Error);
        stalled.Set();
        await Nodes.UntilAsync(() => nodes.StateOf(image) == ImageState.Available);
    }

    [Theory]
    [InlineData(Granularity.Page, 1)]
    [InlineData(Granularity.WholeBinary, 1)]
    [InlineData(Granularity.Page, 3)]
    public async Task A_destination_that_stalls_holds_the_source_back_and_loses_its_claim(Granularity granularity, int streams)
    {
        // The lease is long enough that the node has sent what the peer does not take: a claim that ends before ends the sending as well.
        ConcurrentQueue<MigrationError> seen = [];
        await using Nodes nodes = await Nodes.StartAsync(options: new MemoryNodeOptions
        {
            StallDeadline = TimeSpan.FromMilliseconds(300),
            ClaimLease = TimeSpan.FromSeconds(3),
            PeerFailed = e => seen.Enqueue(e.Error),
        });
        using FakeImage image = new(RandomLayouts.Program(5, 1024 * 65536));
        nodes.Memory.Add(image, "program");
        using ManualResetEventSlim stalled = new();
        FakeTarget target = new() { OnWrite = n => stalled.Wait(n > 10 ? Nodes.Patience : TimeSpan.Zero) };
        MigrationRequest request = new() { Granularity = granularity, Streams = streams, WindowBytes = 1 << 30, WindowGranules = 1 << 20 };
        RunningNodeOptions options = new() { LinkDeadline = TimeSpan.Zero };
        Task<Migration> migration = nodes.Running(options).ReceiveAsync(nodes.Endpoint, request, target, Nodes.Cancellation);
        await Nodes.UntilAsync(() => seen.Contains(MigrationError.DeadlineExceeded) && nodes.StateOf(image) == ImageState.Available);
        Assert.True(image.BytesRead < 8 << 20, $"{image.BytesRead} bytes were read of the image");
        stalled.Set();
        await Nodes.FailsAsync(() => migration);
    }

    [Fact]
    public async Task A_migration_has_a_deadline_and_can_be_cancelled()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        using ManualResetEventSlim stalled = new();
        using FakeImage image = new(Small) { OnRead = _ => stalled.Wait(Nodes.Patience) };
        nodes.Memory.Add(image, "program");
        MigrationRequest request = new() { Deadline = TimeSpan.FromMilliseconds(100) };
        MigrationException error = await Nodes.FailsAsync(
            () => nodes.Running().ReceiveAsync(nodes.Endpoint, request, new FakeTarget(), Nodes.Cancellation));
        Assert.Equal(MigrationError.DeadlineExceeded, error.Error);
        using CancellationTokenSource cancelled = new();
        Task<Migration> migration = nodes.Running().ReceiveAsync(nodes.Endpoint, new MigrationRequest(), new FakeTarget(), cancelled.Token);
        await Nodes.UntilAsync(() => nodes.StateOf(image) == ImageState.Claimed);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => migration);
        stalled.Set();
        await Nodes.UntilAsync(() => nodes.StateOf(image) == ImageState.Available);
    }

    [Fact]
    public async Task A_withdrawn_image_is_gone_and_a_claimed_one_stays()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        using FakeImage image = new(Small);
        Guid id = nodes.Memory.Add(image, "program");
        Task gone = nodes.Memory.WhenGoneAsync(id, Nodes.Cancellation);
        await using (NodeClient client = await nodes.ClientAsync())
        {
            await client.ClaimAsync(id, Guid.NewGuid(), isShared: false, Nodes.Cancellation);
            Assert.Equal(MigrationError.ImageClaimed, (await Nodes.FailsAsync(() => nodes.Memory.WithdrawAsync(id))).Error);
        }

        await Nodes.UntilAsync(() => nodes.StateOf(image) == ImageState.Available);
        Assert.Same(image, await nodes.Memory.WithdrawAsync(id));
        await gone;
        Assert.False(image.IsDisposed);
        Assert.Equal(MigrationError.UnknownImage, (await Nodes.FailsAsync(() => Receive(nodes, new FakeTarget()))).Error);
    }

    [Fact]
    public async Task An_image_that_cannot_be_read_is_an_error_that_names_it()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        using FakeImage image = new(Small) { OnRead = part => Break(part) };
        nodes.Memory.Add(image, "program");
        MigrationException error = await Nodes.FailsAsync(() => Receive(nodes, new FakeTarget()));
        Assert.Equal(MigrationError.ImageUnreadable, error.Error);
        Assert.Contains("the disk is gone", error.Message, StringComparison.Ordinal);

        static void Break(int part)
        {
            if (part == 7)
            {
                throw new ImageException(ImageError.Corrupt, "the disk is gone");
            }
        }
    }

    private static Task<Migration> Receive(Nodes nodes, FakeTarget target) =>
        nodes.Running().ReceiveAsync(nodes.Endpoint, new MigrationRequest(), target, Nodes.Cancellation);
}

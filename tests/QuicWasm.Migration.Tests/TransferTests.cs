using QuicWasm.Runtime;
using QuicWasm.State;

namespace QuicWasm.Migration.Tests;

/// <summary>Whole migrations of fake images: what arrives is what was there, however it is cut and carried.</summary>
public sealed class TransferTests
{
    private static readonly ImageLayout Layout = RandomLayouts.Program(60, 5 * 65536, 2);

    public static TheoryData<Granularity, CopyMode, int, string> Everything()
    {
        TheoryData<Granularity, CopyMode, int, string> data = [];
        foreach (ICopyGranularity granularity in CopyGranularity.All)
        {
            foreach (CopyMode mode in new[] { CopyMode.NoCow, CopyMode.Cow })
            {
                data.Add(granularity.Granularity, mode, 1, "loopback");
                data.Add(granularity.Granularity, mode, 3, "loopback");
                data.Add(granularity.Granularity, mode, 2, "tcp");
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task Every_granularity_moves_exactly_the_bytes(Granularity granularity, CopyMode mode, int streams, string transport)
    {
        await using Nodes nodes = await Nodes.StartAsync(transport, new MemoryNodeOptions { ChunkBytes = 10_000 });
        using FakeImage image = new(Layout);
        nodes.Memory.Add(image, "program");
        FakeTarget target = new();
        MigrationRequest request = new() { Granularity = granularity, Options = new(4096, mode, EagerMemory: true), Streams = streams };
        Migration migration = await nodes.Running().ReceiveAsync(nodes.Endpoint, request, target, Nodes.Cancellation);
        await using (migration)
        {
            Assert.Equal(ImageState.Committed, nodes.StateOf(image));
            bool isLazy = mode == CopyMode.Cow && granularity != Granularity.WholeBinary;
            Assert.Equal(isLazy, migration.Fetcher is not null);
            Assert.Same(migration.Fetcher, target.Fetcher);
            await migration.FetchRemainingAsync(Nodes.Cancellation);
            target.AssertHolds(image);
            GranulePlan plan = CopyGranularity.Of(granularity).Plan(Layout, request.Options);
            Assert.Equal(plan.GranuleCount, migration.Report.Granules);
            Assert.Equal((long)plan.LengthBytes, migration.Report.Bytes(ByteClass.Required) + migration.Report.Bytes(ByteClass.Prefetched));
            Assert.Equal(isLazy, migration.Report.Bytes(ByteClass.Prefetched) > 0);
            Assert.True(migration.Report.Wire.BytesReceived >= (long)plan.LengthBytes);
            Assert.Equal((ulong)plan.GranuleCount, nodes.Memory.Status.GranulesSent);
            await migration.FinishAsync(Nodes.Cancellation);
        }

        // The answer goes out before the image goes: whoever waits for that may end the process.
        await Nodes.UntilAsync(() => image.IsDisposed);
        Assert.Empty(nodes.Memory.Images);
    }

    [Fact]
    public async Task Pages_that_follow_each_other_come_together()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        ImageLayout layout = RandomLayouts.Program(5, 64 * 65536);
        using FakeImage image = new(layout);
        nodes.Memory.Add(image, "program");
        int writes = 0;
        FakeTarget target = new() { OnWrite = n => writes = n };
        await using Migration migration = await nodes.Running().ReceiveAsync(nodes.Endpoint, new MigrationRequest { Granularity = Granularity.Page }, target, Nodes.Cancellation);
        target.AssertHolds(image);
        Assert.Equal(migration.Report.PlannedGranules.All, migration.Report.Granules);

        // A part is written once for each of a few chunks, and not once for each of its pages.
        Assert.InRange(writes, 1, (int)(migration.Report.Granules / 4));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Any_layout_arrives(int seed)
    {
        await using Nodes nodes = await Nodes.StartAsync();
        foreach (ICopyGranularity granularity in CopyGranularity.All)
        {
            ImageLayout layout = RandomLayouts.Make((seed * 100) + (int)granularity.Granularity);
            using FakeImage image = new(layout, seed);
            Guid id = nodes.Memory.Add(image, "random");
            FakeTarget target = new();
            MigrationRequest request = new()
            {
                Image = id,
                Granularity = granularity.Granularity,
                Streams = 1 + (seed % 3),
                WindowGranules = seed,
                WindowBytes = 5000,
            };
            await using Migration migration = await nodes.Running().ReceiveAsync(nodes.Endpoint, request, target, Nodes.Cancellation);
            target.AssertHolds(image);
            await migration.FinishAsync(Nodes.Cancellation);
        }
    }

    [Fact]
    public async Task The_window_is_bounded()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        using FakeImage image = new(RandomLayouts.Program(10, 40 * 65536));
        nodes.Memory.Add(image, "program");
        MigrationRequest request = new() { Granularity = Granularity.Page, WindowGranules = 10, WindowBytes = 30_000 };
        await using Migration migration = await nodes.Running().ReceiveAsync(nodes.Endpoint, request, new FakeTarget(), Nodes.Cancellation);
        Assert.InRange(migration.Report.MaxGranulesInFlight, 1, 10);
        Assert.InRange(migration.Report.MaxBytesInFlight, 4096, 30_000);
    }

    [Fact]
    public async Task Small_granules_are_asked_for_together()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        using FakeImage image = new(RandomLayouts.Program(10, 160 * 65536));
        nodes.Memory.Add(image, "program");
        await using Migration migration = await nodes.Running().ReceiveAsync(
            nodes.Endpoint, new MigrationRequest(), new FakeTarget(), Nodes.Cancellation);
        Assert.True(migration.Report.Granules > 2500);
        Assert.True(migration.Report.Requests < 30, $"{migration.Report.Requests} requests");
    }

    [Fact]
    public async Task A_touch_brings_its_granule_once()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        using FakeImage image = new(RandomLayouts.Program(20, 0));
        nodes.Memory.Add(image, "program");
        FakeTarget target = new();
        MigrationRequest request = new() { Granularity = Granularity.Mixture, Options = new(Mode: CopyMode.Cow) };
        await using Migration migration = await nodes.Running().ReceiveAsync(nodes.Endpoint, request, target, Nodes.Cancellation);
        int[] functions = [.. image.Layout.Parts.Where(p => p.Kind == PartKind.Function).Select(p => p.Number)];
        GranuleFetcher fetcher = migration.Fetcher!;
        foreach (int function in functions)
        {
            Assert.False(target.IsWritten(function));
            ulong length = image.Layout.Parts[function].LengthBytes;
            fetcher.Fetch(function, 0, length);
            Assert.True(target.IsWritten(function));
            fetcher.Fetch(function, length - 1, 1);
        }

        Assert.Equal(functions.Length, fetcher.Faults.Length);
        Assert.All(fetcher.Faults, f => Assert.Equal(1, f.Granules));
        Assert.Equal(functions.Sum(f => (long)image.Layout.Parts[f].LengthBytes), migration.Report.Bytes(ByteClass.Demanded));
        await migration.FetchRemainingAsync(Nodes.Cancellation);
        Assert.True(fetcher.IsComplete);
        target.AssertHolds(image);
    }

    [Fact]
    public async Task Threads_that_touch_and_a_prefetch_share_one_copy()
    {
        await using Nodes nodes = await Nodes.StartAsync("tcp");
        using FakeImage image = new(RandomLayouts.Program(300, 0));
        nodes.Memory.Add(image, "program");
        FakeTarget target = new();
        MigrationRequest request = new() { Granularity = Granularity.Page, Options = new(Mode: CopyMode.Cow), WindowGranules = 4 };
        await using Migration migration = await nodes.Running().ReceiveAsync(nodes.Endpoint, request, target, Nodes.Cancellation);
        ImagePart[] parts = [.. image.Layout.Parts.Where(p => p is { IsSkeleton: false, LengthBytes: > 0 })];
        Task prefetch = migration.FetchRemainingAsync(Nodes.Cancellation);
        Task[] threads = [.. Enumerable.Range(0, 4).Select(thread => Task.Factory.StartNew(
            () => Touch(parts, thread), Nodes.Cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await Task.WhenAll([prefetch, .. threads]);
        target.AssertHolds(image);

        void Touch(ImagePart[] all, int thread)
        {
            for (int i = 0; i < all.Length; i++)
            {
                ImagePart part = all[((i * (thread + 1)) + (thread * 50)) % all.Length];
                migration.Fetcher!.Fetch(part.Number, 0, part.LengthBytes);
                Assert.True(target.IsWritten(part.Number));
            }
        }
    }

    [Fact]
    public async Task A_touch_traps_when_the_memory_node_is_gone()
    {
        Nodes nodes = await Nodes.StartAsync("tcp");
        using FakeImage image = new(RandomLayouts.Program(20, 0));
        nodes.Memory.Add(image, "program");
        MigrationRequest request = new() { Granularity = Granularity.Instance, Options = new(Mode: CopyMode.Cow) };
        RunningNodeOptions options = new() { FaultDeadline = TimeSpan.FromMilliseconds(300) };
        await using Migration migration = await nodes.Running(options).ReceiveAsync(nodes.Endpoint, request, new FakeTarget(), Nodes.Cancellation);
        int function = image.Layout.Parts.First(p => p.Kind == PartKind.Function).Number;
        migration.Fetcher!.Fetch(function, 0, 1);
        await nodes.DisposeAsync();
        TrapException trap = Assert.Throws<TrapException>(() => migration.Fetcher.Fetch(function + 1, 0, 1));
        Assert.Equal(TrapKind.PartUnavailable, trap.Kind);
        Assert.Contains("memory-node", trap.Message, StringComparison.Ordinal);
        migration.Fetcher.Fetch(function, 0, 0);
    }

    [Fact]
    public async Task A_touch_traps_when_the_memory_node_does_not_answer_in_time()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        using ManualResetEventSlim stalled = new();
        using FakeImage image = new(RandomLayouts.Program(20, 0));
        nodes.Memory.Add(image, "program");
        MigrationRequest request = new() { Granularity = Granularity.Instance, Options = new(Mode: CopyMode.Cow) };
        RunningNodeOptions options = new() { FaultDeadline = TimeSpan.FromMilliseconds(100) };
        await using Migration migration = await nodes.Running(options).ReceiveAsync(nodes.Endpoint, request, new FakeTarget(), Nodes.Cancellation);
        image.OnRead = _ => stalled.Wait(Nodes.Patience);
        int function = image.Layout.Parts.First(p => p.Kind == PartKind.Function).Number;
        TrapException trap = Assert.Throws<TrapException>(() => migration.Fetcher!.Fetch(function, 0, 1));
        Assert.Equal(TrapKind.PartUnavailable, trap.Kind);
        stalled.Set();
    }

    [Fact]
    public async Task Lazy_memory_is_refused_and_the_image_stays()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        using FakeImage image = new(RandomLayouts.Program(3, 65536));
        nodes.Memory.Add(image, "program");
        MigrationRequest request = new() { Granularity = Granularity.Page, Options = new(Mode: CopyMode.Cow) };
        MigrationException error = await Nodes.FailsAsync(
            () => nodes.Running().ReceiveAsync(nodes.Endpoint, request, new FakeTarget(), Nodes.Cancellation));
        Assert.Equal(MigrationError.Unsupported, error.Error);
        Assert.Equal(ImageState.Available, nodes.StateOf(image));
    }

    [Fact]
    public async Task A_report_knows_its_times_in_order()
    {
        await using Nodes nodes = await Nodes.StartAsync("tcp");
        using FakeImage image = new(RandomLayouts.Program(20, 65536));
        nodes.Memory.Add(image, "program");
        await using Migration migration = await nodes.Running().ReceiveAsync(
            nodes.Endpoint, new MigrationRequest(), new FakeTarget(), Nodes.Cancellation);
        MigrationReport report = migration.Report;
        report.MarkFirstInstruction();
        TimeSpan?[] times =
        [
            TimeSpan.Zero, report.Connected, report.Claimed, report.SkeletonArrived, report.RequiredArrived, report.Restored, report.Committed,
            report.FirstInstruction,
        ];
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.First <= pair.Second));
        Rows rows = new();
        report.WriteTo(rows);
        Assert.Equal((double)image.Layout.LengthBytes, rows.Values["required_bytes"]);
        Assert.True(rows.Values["wire_bytes_received"] > rows.Values["required_bytes"]);
        Assert.True(rows.Values["wire_bytes_sent"] > 0);
    }

    private sealed class Rows : IMeasurementSink
    {
        public Dictionary<string, double> Values { get; } = [];

        public void Observe(string metric, double value, string unit) => Values.Add(metric, value);
    }
}

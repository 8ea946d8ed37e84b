using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Migration.Tests;

/// <summary>A link that goes away in the middle of a migration, and comes back: nothing is lost, and no byte is written twice.</summary>
public sealed class LostLinkTests
{
    private static readonly ImageLayout Layout = RandomLayouts.Program(30, 20 * 65536);

    [Theory]
    [InlineData(Granularity.Page, 1, Compression.None)]
    [InlineData(Granularity.Page, 3, Compression.Lz4)]
    [InlineData(Granularity.Mixture, 2, Compression.None)]
    [InlineData(Granularity.Instance, 1, Compression.None)]
    [InlineData(Granularity.Module, 1, Compression.None)]
    [InlineData(Granularity.WholeBinary, 1, Compression.None)]
    public async Task A_copy_goes_on_where_each_lost_connection_has_left_it(Granularity granularity, int streams, Compression compression)
    {
        CutTransport cut = new(new LoopbackTransport());
        await using Nodes nodes = await Nodes.StartAsync(cut);
        using FakeImage image = new(Layout);
        nodes.Memory.Add(image, "program");
        int losses = 0;
        int nextCut = 6;
        FakeTarget target = new()
        {
            OnWrite = writes =>
            {
                if (writes == nextCut && losses < 5)
                {
                    nextCut += 7;
                    cut.CutAsync().AsTask().Wait();
                }
            },
        };
        RunningNodeOptions options = new() { LinkLost = _ => losses++ };
        MigrationRequest request = new() { Granularity = granularity, Streams = streams, Compression = compression, WindowGranules = 8, WindowBytes = 1 << 20 };
        await using Migration migration = await nodes.Running(options).ReceiveAsync(nodes.Endpoint, request, target, Nodes.Cancellation);
        target.AssertHolds(image);
        Assert.InRange(losses, 2, 5);
        Assert.Equal(cut.Connections - 1, migration.Report.Reconnects);
        await migration.FinishAsync(Nodes.Cancellation);
        Assert.Empty(nodes.Memory.Images);
    }

    [Fact]
    public async Task A_copy_waits_for_a_link_that_is_away_for_less_than_its_deadline()
    {
        CutTransport cut = new(new LoopbackTransport());
        await using Nodes nodes = await Nodes.StartAsync(cut);
        using FakeImage image = new(Layout);
        nodes.Memory.Add(image, "program");
        int tries = 0;
        FakeTarget target = new() { OnWrite = writes => Away(writes) };
        await using Migration migration = await nodes.Running().ReceiveAsync(nodes.Endpoint, new MigrationRequest(), target, Nodes.Cancellation);
        target.AssertHolds(image);
        Assert.Equal(5, tries);
        Assert.Equal(1, migration.Report.Reconnects);

        void Away(int writes)
        {
            if (writes == 20)
            {
                cut.IsUp = () => ++tries > 4;
                cut.CutAsync().AsTask().Wait();
            }
        }
    }

    [Fact]
    public async Task A_link_that_stays_away_ends_the_copy_and_leaves_the_image()
    {
        CutTransport cut = new(new LoopbackTransport());
        await using Nodes nodes = await Nodes.StartAsync(cut);
        using FakeImage image = new(Layout);
        nodes.Memory.Add(image, "program");
        FakeTarget target = new() { OnWrite = writes => Away(writes) };
        RunningNodeOptions options = new() { LinkDeadline = TimeSpan.FromMilliseconds(200) };
        MigrationException error = await Nodes.FailsAsync(
            () => nodes.Running(options).ReceiveAsync(nodes.Endpoint, new MigrationRequest(), target, Nodes.Cancellation));
        Assert.Equal(MigrationError.ConnectionLost, error.Error);
        Assert.Contains("was away for 0.2 s", error.Message, StringComparison.Ordinal);
        Assert.Equal(ImageState.Available, nodes.StateOf(image));

        void Away(int writes)
        {
            if (writes == 20)
            {
                cut.IsUp = () => false;
                cut.CutAsync().AsTask().Wait();
            }
        }
    }

    [Fact]
    public async Task A_claim_that_another_node_has_taken_meanwhile_is_not_taken_back()
    {
        CutTransport cut = new(new LoopbackTransport());
        await using Nodes nodes = await Nodes.StartAsync(cut);
        using FakeImage image = new(Layout);
        nodes.Memory.Add(image, "program");
        await using NodeClient other = await nodes.ClientAsync();
        bool isAway = false;
        FakeTarget target = new() { OnWrite = writes => Away(writes) };
        Task<Migration> migration = nodes.Running().ReceiveAsync(nodes.Endpoint, new MigrationRequest(), target, Nodes.Cancellation);
        await Nodes.UntilAsync(() => isAway && nodes.StateOf(image) == ImageState.Available);
        await other.ClaimAsync(image.Layout.Id, Guid.NewGuid(), isShared: false, Nodes.Cancellation);
        cut.IsUp = () => true;
        Assert.Equal(MigrationError.ImageClaimed, (await Nodes.FailsAsync(() => migration)).Error);

        void Away(int writes)
        {
            if (writes == 20)
            {
                cut.IsUp = () => false;
                cut.CutAsync().AsTask().Wait();
                isAway = true;
            }
        }
    }

    [Fact]
    public async Task A_touch_waits_for_a_link_that_comes_back()
    {
        CutTransport cut = new(new LoopbackTransport());
        await using Nodes nodes = await Nodes.StartAsync(cut);
        using FakeImage image = new(Layout);
        nodes.Memory.Add(image, "program");
        FakeTarget target = new();
        MigrationRequest request = new() { Granularity = Granularity.Mixture, Options = new(Mode: CopyMode.Cow, EagerMemory: true) };
        await using Migration migration = await nodes.Running().ReceiveAsync(nodes.Endpoint, request, target, Nodes.Cancellation);
        int[] functions = [.. image.Layout.Parts.Where(p => p.Kind == PartKind.Function).Select(p => p.Number)];
        foreach (int function in functions[..5])
        {
            await cut.CutAsync();
            migration.Fetcher!.Fetch(function, 0, 1);
            Assert.True(target.IsWritten(function));
        }

        await cut.CutAsync();
        await migration.FetchRemainingAsync(Nodes.Cancellation);
        target.AssertHolds(image);
        await cut.CutAsync();
        await migration.FinishAsync(Nodes.Cancellation);
        Assert.Empty(nodes.Memory.Images);
    }

    [Fact]
    public async Task Letting_go_of_the_image_is_said_again_when_the_answer_is_lost()
    {
        CutTransport cut = new(new LoopbackTransport());
        await using Nodes nodes = await Nodes.StartAsync(cut);
        using FakeImage image = new(Layout);
        nodes.Memory.Add(image, "program");
        int said = 0;
        cut.AfterAsync = async kind =>
        {
            if (kind == MessageKind.Done && ++said == 1)
            {
                await nodes.Memory.WhenGoneAsync(image.Layout.Id, Nodes.Cancellation);
                return false;
            }

            return true;
        };
        await using Migration migration = await nodes.Running().ReceiveAsync(nodes.Endpoint, new MigrationRequest(), new FakeTarget(), Nodes.Cancellation);
        await migration.FinishAsync(Nodes.Cancellation);
        Assert.Equal(2, said);
    }
}

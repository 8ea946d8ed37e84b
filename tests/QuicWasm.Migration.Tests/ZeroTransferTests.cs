using QuicWasm.State;

namespace QuicWasm.Migration.Tests;

/// <summary>Zeros of memories do not travel: a run of them is one short message, however long it is and however it is cut.</summary>
public sealed class ZeroTransferTests
{
    private const ulong MemoryBytes = 64 * 65536;
    private const int ChunkBytes = 50_000;

    private static readonly ImageLayout Layout = RandomLayouts.Program(20, MemoryBytes, 2);

    public static TheoryData<Granularity, CopyMode, bool> Everything()
    {
        TheoryData<Granularity, CopyMode, bool> data = [];
        foreach (ICopyGranularity granularity in CopyGranularity.All)
        {
            data.Add(granularity.Granularity, CopyMode.NoCow, false);
            data.Add(granularity.Granularity, CopyMode.NoCow, true);
            data.Add(granularity.Granularity, CopyMode.Cow, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task An_empty_memory_costs_next_to_nothing(Granularity granularity, CopyMode mode, bool isKnown)
    {
        using FakeImage image = new(Layout) { KnowsZeros = isKnown };
        Memories(image, static memory => Array.Clear(memory));
        MigrationReport report = await MoveAsync(image, new MigrationRequest { Granularity = granularity, Options = new(4096, mode, EagerMemory: true), Streams = 2 });
        ulong rest = Layout.LengthBytes - (2 * MemoryBytes);

        // A chunk may begin or end a few bytes inside of a memory: those are not worth a message, and come as bytes.
        Assert.InRange((ulong)report.ZeroBytes, (2 * MemoryBytes) - 2000, 2 * MemoryBytes);
        Assert.Equal(Layout.LengthBytes, (ulong)(report.ZeroBytes + report.Bytes(ByteClass.Required) + report.Bytes(ByteClass.Prefetched)));
        Assert.InRange((ulong)report.Wire.BytesReceived, rest, rest + 40_000);
        Assert.InRange((ulong)image.BytesRead, rest, isKnown ? rest + (3UL * ChunkBytes) : Layout.LengthBytes);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task Pages_between_zeros_arrive_at_their_place(Granularity granularity, CopyMode mode, bool isKnown)
    {
        using FakeImage image = new(Layout) { KnowsZeros = isKnown };
        ulong zeros = 0;
        Memories(image, memory => zeros += Sparse(memory));
        MigrationReport report = await MoveAsync(image, new MigrationRequest { Granularity = granularity, Options = new(4096, mode, EagerMemory: true), Streams = 2 });

        // Where a chunk ends in the middle of a page, that page's zeros may be too few to be worth a message.
        Assert.InRange((ulong)report.ZeroBytes, zeros - (zeros / 20), zeros);
        Assert.Equal(Layout.LengthBytes, (ulong)(report.ZeroBytes + report.Bytes(ByteClass.Required) + report.Bytes(ByteClass.Prefetched)));
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(65536)]
    public async Task A_page_of_zeros_is_a_few_bytes(int pageBytes)
    {
        using FakeImage image = new(Layout);
        int pages = 0;
        Memories(image, memory =>
        {
            for (int page = 0; page < memory.Length; page += 2 * pageBytes, pages++)
            {
                memory.AsSpan(page, pageBytes).Clear();
            }
        });
        MigrationReport report = await MoveAsync(image, new MigrationRequest { Granularity = Granularity.Page, Options = new(pageBytes, CopyMode.NoCow, false) });
        Assert.Equal(pages * pageBytes, report.ZeroBytes);
        Assert.InRange(report.ControlBytes, pages * 25, (pages * 80) + 40_000);
    }

    [Fact]
    public async Task Zeros_of_other_parts_travel_as_they_are()
    {
        using FakeImage image = new(Layout);
        foreach (ImagePart part in Layout.Parts)
        {
            Array.Clear(image.Content[part.Number]);
        }

        MigrationReport report = await MoveAsync(image, new MigrationRequest { Granularity = Granularity.WholeBinary });
        Assert.InRange((ulong)report.ZeroBytes, (2 * MemoryBytes) - 2000, 2 * MemoryBytes);
    }

    private static async Task<MigrationReport> MoveAsync(FakeImage image, MigrationRequest request)
    {
        await using Nodes nodes = await Nodes.StartAsync("tcp", new MemoryNodeOptions { ChunkBytes = ChunkBytes });
        nodes.Memory.Add(image, "sparse");
        FakeTarget target = new();
        await using Migration migration = await nodes.Running().ReceiveAsync(nodes.Endpoint, request, target, Nodes.Cancellation);
        await migration.FetchRemainingAsync(Nodes.Cancellation);
        target.AssertHolds(image);
        await migration.FinishAsync(Nodes.Cancellation);
        Assert.Equal((ulong)migration.Report.Bytes(ByteClass.Required) + (ulong)migration.Report.Bytes(ByteClass.Prefetched), nodes.Memory.Status.BytesSent);
        return migration.Report;
    }

    private static void Memories(FakeImage image, Action<byte[]> change)
    {
        foreach (ImagePart part in Layout.Parts.Where(static p => p.Kind == PartKind.Memory))
        {
            change(image.Content[part.Number]);
        }
    }

    // Runs of one to forty pages of zeros, and of bytes between them; one byte in the middle keeps a page from being zero.
    private static ulong Sparse(byte[] memory)
    {
        const int Page = 4096;
        Random random = new(7);
        ulong zeros = 0;
        for (int page = 0; page < memory.Length / Page;)
        {
            int run = Math.Min(random.Next(1, 40), (memory.Length / Page) - page);
            if (random.Next(2) == 0)
            {
                memory.AsSpan(page * Page, run * Page).Clear();
                zeros += (ulong)(run * Page);
            }

            page += run;
        }

        return zeros;
    }
}

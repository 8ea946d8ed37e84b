using QuicWasm.Native;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Migration.Tests;

/// <summary>Granules that are compressed on their way: the same bytes arrive, fewer travel, and hostile blocks are refused.</summary>
public sealed class CompressionTests
{
    private static readonly ImageLayout Layout = RandomLayouts.Program(20, 5 * 65536, 2);

    public static TheoryData<Granularity, Compression, int> Everything()
    {
        TheoryData<Granularity, Compression, int> data = [];
        foreach (ICopyGranularity granularity in CopyGranularity.All)
        {
            foreach (Compression compression in Enum.GetValues<Compression>())
            {
                data.Add(granularity.Granularity, compression, 1);
                data.Add(granularity.Granularity, compression, 3);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task What_shrinks_travels_shorter_and_arrives_as_it_was(Granularity granularity, Compression compression, int streams)
    {
        Require(compression);
        await using Nodes nodes = await Nodes.StartAsync(options: new MemoryNodeOptions { ChunkBytes = 10_000 });
        using FakeImage image = Compressible();
        nodes.Memory.Add(image, "program");
        FakeTarget target = new();
        MigrationRequest request = new() { Granularity = granularity, Compression = compression, Streams = streams };
        await using Migration migration = await nodes.Running().ReceiveAsync(nodes.Endpoint, request, target, Nodes.Cancellation);
        target.AssertHolds(image);
        MigrationReport report = migration.Report;
        Assert.Equal((long)report.ImageBytes, report.BytesBeforeCompression);
        Assert.Equal(compression == Compression.None, report.BytesAfterCompression == report.BytesBeforeCompression);
        Assert.True(compression == Compression.None || report.BytesAfterCompression < report.BytesBeforeCompression / 2, $"{report.BytesAfterCompression} of {report.BytesBeforeCompression}");
        Assert.True(compression == Compression.None || report.Wire.BytesReceived < report.BytesBeforeCompression);
    }

    [Theory]
    [InlineData(Compression.Lz4)]
    [InlineData(Compression.Zstd)]
    public async Task What_does_not_shrink_goes_as_it_is(Compression compression)
    {
        Require(compression);
        await using Nodes nodes = await Nodes.StartAsync();
        using FakeImage noise = new(Layout);
        nodes.Memory.Add(noise, "program");
        FakeTarget target = new();
        MigrationRequest request = new() { Compression = compression };
        await using Migration migration = await nodes.Running().ReceiveAsync(nodes.Endpoint, request, target, Nodes.Cancellation);
        target.AssertHolds(noise);
        Assert.Equal(migration.Report.BytesBeforeCompression, migration.Report.BytesAfterCompression);
    }

    [Fact]
    public void A_codec_that_one_side_lacks_is_refused_by_name_and_auto_goes_without()
    {
        Require(Compression.Zstd);
        MigrationException error = Assert.Throws<MigrationException>(() => CodecChoice.Of(Compression.Zstd, 1, "node B", TimeProvider.System));
        Assert.Equal(MigrationError.Unsupported, error.Error);
        Assert.Contains("node B has no zstd; install libzstd", error.Message, StringComparison.Ordinal);
        Assert.Equal(BlockCodec.None, CodecChoice.Of(Compression.Auto, 0, "node B", TimeProvider.System).Next);
        Assert.Equal(BlockCodec.Zstd, CodecChoice.Of(Compression.Auto, 2, "node B", TimeProvider.System).Next);
    }

    [Theory]
    [InlineData(50, 32_768, BlockCodec.None)]
    [InlineData(200, 10_000, BlockCodec.Lz4)]
    [InlineData(2_000, 10_000, BlockCodec.Zstd)]
    public void Auto_chooses_by_the_rate_at_which_bytes_arrive(int microsecondsFor64KiB, int wireBytes, BlockCodec expected)
    {
        Require(Compression.Auto);
        ManualTime time = new();
        CodecChoice choice = CodecChoice.Of(Compression.Auto, 3, "node B", time);
        for (int i = 0; i < 17; i++)
        {
            Assert.Equal(BlockCodec.Lz4, choice.Next);
            choice.Arrived(wireBytes, 1 << 16);
            time.Pass(TimeSpan.FromMicroseconds(microsecondsFor64KiB));
        }

        Assert.Equal(expected, choice.Next);
    }

    public static TheoryData<string> Lies() => ["unknown codec", "no codec", "longer than it says", "shorter than it says", "a gigabyte", "longer than what was asked for", "noise", "cut short"];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_block_that_lies_is_found_out(string lie)
    {
        Require(Compression.Lz4);
        TransportRegistry transports = TransportRegistry.CreateDefault();
        TransportEndpoint endpoint = TransportEndpoint.Parse("loopback:liar");
        await using ITransportListener listener = await transports.ListenAsync(endpoint, TransportOptions.Default, Nodes.Cancellation);
        Task liar = LieAsync(listener, lie);
        FakeTarget target = new();
        MigrationRequest request = new() { Granularity = Granularity.Instance, Compression = Compression.Lz4 };
        RunningNode running = new(transports, new RunningNodeOptions { StallDeadline = TimeSpan.FromSeconds(5) });
        MigrationException error = await Nodes.FailsAsync(() => running.ReceiveAsync(endpoint, request, target, Nodes.Cancellation));
        Assert.Equal(MigrationError.ProtocolViolation, error.Error);
        Assert.False(target.IsCompleted);
        await liar;
    }

    private static async Task LieAsync(ITransportListener listener, string lie)
    {
        await using ITransportConnection connection = await listener.AcceptAsync(Nodes.Cancellation);
        await using MessageChannel control = new(await connection.AcceptStreamAsync(Nodes.Cancellation), 65536);
        await AnswerAsync(control, new HelloMessage(ProtocolLimits.Version, 1 << 20, "liar", CodecChoice.Here));
        await AnswerAsync(control, new ImageOpenedMessage(1, "lies", Layout));
        await AnswerAsync(control, new ClaimedMessage(Layout.Id, 1, 1000));
        await using MessageChannel data = new(await connection.AcceptStreamAsync(Nodes.Cancellation), 65536);
        FrameHeader request = (await data.ReadHeaderAsync(Nodes.Cancellation))!.Value;
        var asked = (GetGranulesMessage)await data.ReadMessageAsync(request, Nodes.Cancellation);
        await data.SendAsync(MessageKind.GranuleBlock, request.RequestId, Block(lie, asked.Runs[0]), Nodes.Cancellation);
        await data.FlushAsync(Nodes.Cancellation);
        await Assert.ThrowsAnyAsync<Exception>(async () => await connection.AcceptStreamAsync(Nodes.Cancellation));
    }

    private static byte[] Block(string lie, GranuleRun asked)
    {
        GranulePlan plan = CopyGranularity.Of(Granularity.Instance).Plan(Layout, new());
        int granule = (int)plan.LengthOf(0);
        int all = (int)plan.LengthOf(asked);
        byte[] block = new byte[GranuleBlockHeader.LengthBytes + (2 * all) + 1024];
        using BlockCompression compression = new();
        byte[] plain = new byte[all + 1];
        int plainBytes = lie == "longer than what was asked for" ? all + 1 : lie == "shorter than it says" ? granule - 1 : granule;
        int count = compression.Compress(BlockCodec.Lz4, plain.AsSpan(0, plainBytes), block.AsSpan(GranuleBlockHeader.LengthBytes));
        int said = lie switch
        {
            "longer than it says" => granule - 1,
            "shorter than it says" => granule,
            "a gigabyte" => 1 << 30,
            _ => plainBytes,
        };
        BlockCodec codec = lie == "unknown codec" ? (BlockCodec)77 : lie == "no codec" ? BlockCodec.None : BlockCodec.Lz4;
        new GranuleBlockHeader(new GranuleChunkHeader(0, 0, said == granule), codec, said).Write(block);
        if (lie == "noise")
        {
            new Random(3).NextBytes(block.AsSpan(GranuleBlockHeader.LengthBytes, count));
        }

        return block[..(GranuleBlockHeader.LengthBytes + (lie == "cut short" ? count / 2 : count))];
    }

    private static async Task AnswerAsync(MessageChannel channel, Message answer)
    {
        FrameHeader request = (await channel.ReadHeaderAsync(Nodes.Cancellation))!.Value;
        await channel.ReadMessageAsync(request, Nodes.Cancellation);
        await channel.SendAsync(answer, request.RequestId, 1 << 20, Nodes.Cancellation);
    }

    private static FakeImage Compressible()
    {
        FakeImage image = new(Layout);
        foreach (byte[] part in image.Content)
        {
            for (int at = 0; at < part.Length; at++)
            {
                part[at] = (byte)(1 + (at / 16 % 7));
            }
        }

        return image;
    }

    private static void Require(Compression compression)
    {
        foreach (BlockCodec codec in compression == Compression.Auto ? [BlockCodec.Lz4, BlockCodec.Zstd] : new[] { (BlockCodec)compression })
        {
            if (!BlockCompression.IsHere(codec))
            {
                bool isRequired = (Environment.GetEnvironmentVariable("QUICWASM_REQUIRE") ?? "").Split(',').Contains($"{codec}".ToLowerInvariant());
                Assert.False(isRequired, BlockCompression.Advice(codec));
                Assert.Skip($"{codec} is not here; {BlockCompression.Advice(codec)}");
            }
        }
    }
}

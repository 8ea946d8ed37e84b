using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Migration.Tests;

/// <summary>Peers that do not keep to the protocol: they get one error, and everybody else goes on.</summary>
public sealed class HostilePeerTests
{
    private static readonly ImageLayout Layout = RandomLayouts.Program(5, 65536);

    [Theory]
    [InlineData("loopback")]
    [InlineData("tcp")]
    public async Task Noise_ends_its_own_stream_and_the_node_goes_on(string transport)
    {
        await using Nodes nodes = await Nodes.StartAsync(transport);
        using FakeImage image = new(Layout);
        nodes.Memory.Add(image, "program");
        for (int seed = 0; seed < 10; seed++)
        {
            await using ITransportConnection connection = await nodes.Transports.ConnectAsync(nodes.Endpoint, TransportOptions.Default, Nodes.Cancellation);
            ITransportStream stream = await connection.OpenStreamAsync(Nodes.Cancellation);
            byte[] noise = new byte[500 * (seed + 1)];
            new Random(seed).NextBytes(noise);
            await stream.WriteAsync(noise, Nodes.Cancellation);
            await Assert.ThrowsAsync<TransportException>(async () => await stream.ReadAsync(noise, Nodes.Cancellation));
        }

        await AssertServesAsync(nodes, image);
    }

    [Fact]
    public async Task Random_messages_get_an_error_and_the_node_goes_on()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        using FakeImage image = new(Layout);
        nodes.Memory.Add(image, "program");
        Random random = new(7);
        for (int round = 0; round < 200; round++)
        {
            await using ITransportConnection connection = await nodes.Transports.ConnectAsync(nodes.Endpoint, TransportOptions.Default, Nodes.Cancellation);
            await using MessageChannel channel = await OpenAsync(connection);
            if (round % 2 == 0)
            {
                await AskAsync(channel, new HelloMessage(ProtocolLimits.Version, 1 << 20, "noise"));
            }

            byte[] payload = new byte[random.Next(80)];
            random.NextBytes(payload);
            await channel.SendAsync((MessageKind)random.Next(1, 24), 2, payload, Nodes.Cancellation);
            await channel.FlushAsync(Nodes.Cancellation);
            await channel.CompleteAsync(Nodes.Cancellation);
            FrameHeader? answer = await channel.ReadHeaderAsync(Nodes.Cancellation);
            Assert.NotNull(answer);
        }

        await AssertServesAsync(nodes, image);
    }

    [Fact]
    public async Task What_comes_in_the_wrong_order_is_refused()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        using FakeImage image = new(Layout);
        Guid id = nodes.Memory.Add(image, "program");
        await RefusesAsync(nodes, MigrationError.ProtocolViolation, new PlainMessage(MessageKind.ListImages));
        await RefusesAsync(nodes, MigrationError.ProtocolViolation, Hello(), Hello());
        await RefusesAsync(nodes, MigrationError.UnsupportedVersion, new HelloMessage(ProtocolLimits.Version + 1, 1 << 20, "from the future"));
        await RefusesAsync(nodes, MigrationError.ProtocolViolation, new HelloMessage(ProtocolLimits.Version, 100, "small"));
        await RefusesAsync(nodes, MigrationError.ProtocolViolation, Hello(), new GetGranulesMessage(1, [new GranuleRun(0, 1)]));
        await RefusesAsync(nodes, MigrationError.ProtocolViolation, Hello(), new FrozenMessage(id));
        await RefusesAsync(nodes, MigrationError.ProtocolViolation, Hello(), new OwnershipMessage(MessageKind.Committed, id, id, 1));
        await RefusesAsync(nodes, MigrationError.ClaimLost, Hello(), new OwnershipMessage(MessageKind.Commit, id, id, 1));
        await RefusesAsync(nodes, MigrationError.ClaimLost, Hello(), new OwnershipMessage(MessageKind.Release, id, id, 0));
        await RefusesAsync(nodes, MigrationError.ClaimLost, Hello(), new OwnershipMessage(MessageKind.Done, id, id, 1));
        await RefusesAsync(nodes, MigrationError.UnknownImage, Hello(), new ClaimMessage(Guid.NewGuid(), id));
        await RefusesAsync(nodes, MigrationError.UnknownProgram, Hello(), new FreezeMessage(Guid.Empty));
        await RefusesAsync(nodes, MigrationError.InvalidOption, Hello(), Open(new GranularityOptions(5000)));
        await RefusesAsync(nodes, MigrationError.InvalidOption, Hello(), new OpenImageMessage(id, (Granularity)9, new GranularityOptions()));
        await RefusesAsync(nodes, MigrationError.ClaimLost, Hello(), Open(new()), new GetGranulesMessage(1, [new GranuleRun(0, 1)]));
        await RefusesAsync(
            nodes, MigrationError.ProtocolViolation, Hello(), Open(new()), new ClaimMessage(id, id), new GetGranulesMessage(1, [new GranuleRun(0, 1000)]));
        await Nodes.UntilAsync(() => nodes.StateOf(image) == ImageState.Available);
        await AssertServesAsync(nodes, image);
    }

    [Fact]
    public async Task A_claimant_that_has_not_committed_cannot_say_that_it_is_done()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        using FakeImage image = new(Layout);
        Guid id = nodes.Memory.Add(image, "program");
        await RefusesAsync(nodes, MigrationError.ProtocolViolation, Hello(), new ClaimMessage(id, id), new OwnershipMessage(MessageKind.Done, id, id, 1));
        await Nodes.UntilAsync(() => nodes.StateOf(image) == ImageState.Available);
        Assert.False(image.IsDisposed);
    }

    [Fact]
    public async Task Only_the_owner_says_what_was_touched_and_only_of_what_there_is()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        using FakeImage image = new(Layout);
        Guid id = nodes.Memory.Add(image, "program");
        PartRange outside = new(0, Layout.Parts[0].LengthBytes, 1);
        OwnershipMessage commit = new(MessageKind.Commit, id, id, 1);
        await RefusesAsync(nodes, MigrationError.ClaimLost, Hello(), new KeepWorkingSetMessage(id, id, 1, [new PartRange(0, 0, 1)]));
        await RefusesAsync(nodes, MigrationError.ProtocolViolation, Hello(), new ClaimMessage(id, id), new KeepWorkingSetMessage(id, id, 1, [new PartRange(0, 0, 1)]));
        await Nodes.UntilAsync(() => nodes.StateOf(image) == ImageState.Available);
        ulong epoch = nodes.Memory.Images[0].Epoch + 1;
        await RefusesAsync(
            nodes, MigrationError.ProtocolViolation, Hello(), new ClaimMessage(id, id), commit with { Epoch = epoch }, new KeepWorkingSetMessage(id, id, epoch, [outside]));
    }

    [Fact]
    public async Task A_connection_opens_a_limited_number_of_images()
    {
        await using Nodes nodes = await Nodes.StartAsync(options: new MemoryNodeOptions { MaxOpenImages = 3 });
        using FakeImage image = new(Layout);
        nodes.Memory.Add(image, "program");
        await RefusesAsync(nodes, MigrationError.LimitExceeded, Hello(), Open(new()), Open(new()), Open(new()), Open(new()));
    }

    [Fact]
    public async Task A_peer_that_says_nothing_is_let_go()
    {
        await using Nodes nodes = await Nodes.StartAsync(options: new MemoryNodeOptions { StallDeadline = TimeSpan.FromMilliseconds(100) });
        await using ITransportConnection connection = await nodes.Transports.ConnectAsync(nodes.Endpoint, TransportOptions.Default, Nodes.Cancellation);
        await using MessageChannel channel = await OpenAsync(connection);
        MigrationException error = await Nodes.FailsAsync(async () => await channel.ReadHeaderAsync(Nodes.Cancellation));
        Assert.Equal(MigrationError.ConnectionLost, error.Error);
    }

    public static TheoryData<string> Lies() =>
        ["wrong granule", "wrong offset", "wrong request", "too long", "not last", "last too early", "empty", "another message", "end", "wrong flag", "zeros of the skeleton", "zeros elsewhere", "zeros of another request", "endless zeros"];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_memory_node_that_lies_is_found_out(string lie)
    {
        TransportRegistry transports = TransportRegistry.CreateDefault();
        TransportEndpoint endpoint = TransportEndpoint.Parse("loopback:liar");
        await using ITransportListener listener = await transports.ListenAsync(endpoint, TransportOptions.Default, Nodes.Cancellation);
        Task liar = LieAsync(listener, lie);
        FakeTarget target = new();
        RunningNode running = new(transports, new RunningNodeOptions { StallDeadline = TimeSpan.FromSeconds(5) });
        MigrationException error = await Nodes.FailsAsync(
            () => running.ReceiveAsync(endpoint, new MigrationRequest { Granularity = Granularity.Instance }, target, Nodes.Cancellation));
        Assert.Equal(lie == "end" ? MigrationError.ConnectionLost : MigrationError.ProtocolViolation, error.Error);
        Assert.False(target.IsCompleted);
        await liar;
    }

    private static async Task LieAsync(ITransportListener listener, string lie)
    {
        await using ITransportConnection connection = await listener.AcceptAsync(Nodes.Cancellation);
        await using MessageChannel control = new(await connection.AcceptStreamAsync(Nodes.Cancellation), 65536);
        await AnswerAsync(control, Hello());
        await AnswerAsync(control, new ImageOpenedMessage(1, "lies", Layout));
        await AnswerAsync(control, new ClaimedMessage(Layout.Id, 1, 1000));
        await using MessageChannel data = new(await connection.AcceptStreamAsync(Nodes.Cancellation), 65536);
        FrameHeader request = (await data.ReadHeaderAsync(Nodes.Cancellation))!.Value;
        await data.ReadMessageAsync(request, Nodes.Cancellation);
        int skeleton = (int)CopyGranularity.Of(Granularity.Instance).Plan(Layout, new()).LengthOf(0);
        (GranuleChunkHeader header, int length, ulong requestId) = lie switch
        {
            "wrong granule" => (new GranuleChunkHeader(1, 0, true), skeleton, request.RequestId),
            "wrong offset" => (new GranuleChunkHeader(0, 1, true), skeleton - 1, request.RequestId),
            "wrong request" => (new GranuleChunkHeader(0, 0, true), skeleton, request.RequestId + 1),
            "too long" => (new GranuleChunkHeader(0, 0, true), skeleton + 1, request.RequestId),
            "not last" => (new GranuleChunkHeader(0, 0, false), skeleton, request.RequestId),
            "last too early" => (new GranuleChunkHeader(0, 0, true), skeleton - 1, request.RequestId),
            _ => (new GranuleChunkHeader(0, 0, false), 0, request.RequestId),
        };
        if (lie.Contains("zeros", StringComparison.Ordinal))
        {
            await LieOfZerosAsync(data, request.RequestId, (ulong)skeleton, lie);
            await Assert.ThrowsAnyAsync<Exception>(async () => await connection.AcceptStreamAsync(Nodes.Cancellation));
            return;
        }

        byte[] payload = new byte[GranuleChunkHeader.LengthBytes + length];
        header.Write(payload);
        payload[12] = lie == "wrong flag" ? (byte)7 : payload[12];
        if (lie != "end")
        {
            MessageKind kind = lie == "another message" ? MessageKind.Frozen : MessageKind.GranuleChunk;
            await data.SendAsync(kind, requestId, kind == MessageKind.Frozen ? new byte[16] : payload, Nodes.Cancellation);
            await data.FlushAsync(Nodes.Cancellation);
        }
        else
        {
            await data.CompleteAsync(Nodes.Cancellation);
        }

        await Assert.ThrowsAnyAsync<Exception>(async () => await connection.AcceptStreamAsync(Nodes.Cancellation));
    }

    private static async Task LieOfZerosAsync(MessageChannel data, ulong requestId, ulong skeleton, string lie)
    {
        GranuleZerosMessage zeros = lie switch
        {
            "zeros elsewhere" => new GranuleZerosMessage(0, 1, skeleton - 1),
            "endless zeros" => new GranuleZerosMessage(0, 0, ulong.MaxValue),
            _ => new GranuleZerosMessage(0, 0, skeleton),
        };
        await data.SendAsync(zeros, lie == "zeros of another request" ? requestId + 1 : requestId, 1 << 20, Nodes.Cancellation);
    }

    private static async Task AnswerAsync(MessageChannel channel, Message answer)
    {
        FrameHeader request = (await channel.ReadHeaderAsync(Nodes.Cancellation))!.Value;
        await channel.ReadMessageAsync(request, Nodes.Cancellation);
        await channel.SendAsync(answer, request.RequestId, 1 << 20, Nodes.Cancellation);
    }

    private static HelloMessage Hello() => new(ProtocolLimits.Version, 1 << 20, "peer");

    private static OpenImageMessage Open(GranularityOptions options) => new(Guid.Empty, Granularity.Page, options);

    private static async Task<MessageChannel> OpenAsync(ITransportConnection connection) =>
        new(await connection.OpenStreamAsync(Nodes.Cancellation), ProtocolLimits.MaxAnswerBytes) { StallDeadline = Nodes.Patience };

    private static async Task<Message> AskAsync(MessageChannel channel, Message request)
    {
        await channel.SendAsync(request, 1, 1 << 20, Nodes.Cancellation);
        FrameHeader header = (await channel.ReadHeaderAsync(Nodes.Cancellation))!.Value;
        return await channel.ReadMessageAsync(header, Nodes.Cancellation);
    }

    /// <summary>All messages but the last are answered; the last one gets the error.</summary>
    private static async Task RefusesAsync(Nodes nodes, MigrationError expected, params Message[] messages)
    {
        await using ITransportConnection connection = await nodes.Transports.ConnectAsync(nodes.Endpoint, TransportOptions.Default, Nodes.Cancellation);
        await using MessageChannel channel = await OpenAsync(connection);
        foreach (Message message in messages[..^1])
        {
            Assert.IsNotType<ErrorMessage>(await AskAsync(channel, message));
        }

        ErrorMessage error = Assert.IsType<ErrorMessage>(await AskAsync(channel, messages[^1]));
        Assert.Equal(expected, error.Error);
        Assert.NotEmpty(error.Text);
    }

    private static async Task AssertServesAsync(Nodes nodes, FakeImage image)
    {
        FakeTarget target = new();
        await using Migration migration = await nodes.Running().ReceiveAsync(nodes.Endpoint, new MigrationRequest(), target, Nodes.Cancellation);
        target.AssertHolds(image);
    }
}

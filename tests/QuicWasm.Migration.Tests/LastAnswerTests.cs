using System.Diagnostics;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Migration.Tests;

/// <summary>A node that stops: what it has answered arrives.</summary>
public sealed class LastAnswerTests
{
    private static readonly ImageLayout Layout = RandomLayouts.Program(5, 65536);

    [Theory]
    [InlineData("loopback")]
    [InlineData("tcp")]
    public async Task A_node_that_stops_completes_its_streams_after_the_last_answer(string transport)
    {
        await using Nodes nodes = await Nodes.StartAsync(transport, new MemoryNodeOptions { EndDeadline = Nodes.Patience });
        using FakeImage image = new(Layout);
        Guid id = nodes.Memory.Add(image, "program");
        await using ITransportConnection connection = await nodes.Transports.ConnectAsync(nodes.Endpoint, TransportOptions.Default, Nodes.Cancellation);
        MessageChannel channel = new(await connection.OpenStreamAsync(Nodes.Cancellation), ProtocolLimits.MaxAnswerBytes) { StallDeadline = Nodes.Patience };
        Task stopping;
        await using (channel)
        {
            await AskAsync(channel, new HelloMessage(ProtocolLimits.Version, 1 << 20, "slow reader"));
            ulong epoch = Assert.IsType<ClaimedMessage>(await AskAsync(channel, new ClaimMessage(id, id))).Epoch;
            OwnershipMessage step = new(MessageKind.Commit, id, id, epoch);
            await AskAsync(channel, step);
            await channel.SendAsync(step with { Step = MessageKind.Done }, 1, 1 << 20, Nodes.Cancellation);
            await nodes.Memory.WhenGoneAsync(id, Nodes.Cancellation);
            stopping = nodes.Memory.DisposeAsync().AsTask();
            Assert.Equal(MessageKind.Finished, (await ReadAsync(channel)).Kind);
            Assert.Null(await channel.ReadHeaderAsync(Nodes.Cancellation));
        }

        // The peer has ended its stream: nothing is waited for any more.
        await stopping.WaitAsync(Nodes.Patience / 2, Nodes.Cancellation);
    }

    [Fact]
    public async Task A_peer_that_stays_holds_a_node_that_stops_up_for_its_deadline_only()
    {
        await using Nodes nodes = await Nodes.StartAsync("tcp", new MemoryNodeOptions { EndDeadline = TimeSpan.FromMilliseconds(50) });
        await using NodeClient client = await nodes.ClientAsync();
        await client.GetStatusAsync(Nodes.Cancellation);
        long start = Stopwatch.GetTimestamp();
        await nodes.Memory.DisposeAsync();
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, Nodes.Patience / 2);
    }

    private static async Task<Message> AskAsync(MessageChannel channel, Message request)
    {
        await channel.SendAsync(request, 1, 1 << 20, Nodes.Cancellation);
        return await ReadAsync(channel);
    }

    private static async Task<Message> ReadAsync(MessageChannel channel) =>
        await channel.ReadMessageAsync((await channel.ReadHeaderAsync(Nodes.Cancellation))!.Value, Nodes.Cancellation);
}

using QuicWasm.Native;

namespace QuicWasm.Transport.Tests;

/// <summary>What every transport does. A subclass says which one.</summary>
public abstract partial class TransportConformance
{
    protected const int Deadline = 30_000;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Limits for tests: small buffers, so that back-pressure shows early.</summary>
    protected virtual TransportOptions Options { get; } = new() { SendBufferBytes = 128 << 10, ReceiveBufferBytes = 128 << 10 };

    protected abstract ITransport Transport { get; }

    protected abstract TransportEndpoint Anywhere { get; }

    /// <summary>What a side may have taken from the system on a stream that nobody reads.</summary>
    protected virtual long MaxUnreadBytes => 100_000;

    /// <summary>What 100,000 bytes of a stream may cost at most.</summary>
    protected virtual long MaxBytesOnWire => 105_000;

    /// <summary>Ends a connection as a killed process does.</summary>
    private protected abstract void Kill(ITransportConnection connection);

    /// <summary>Connects two ends of which the listening one can be killed.</summary>
    private protected virtual Task<Connected> ConnectKillableAsync() => ConnectAsync();

    private protected Task<Connected> ConnectAsync(TransportOptions? client = null, TransportOptions? server = null) =>
        Connected.MakeAsync(Transport, Anywhere, client ?? Options, server ?? Options, Token);

    [Fact(Timeout = Deadline)]
    public async Task A_stream_echoes()
    {
        await using var pair = await ConnectAsync();
        await Streams.CheckUsableAsync(pair, Token);
        await Streams.CheckUsableAsync(pair, Token);
    }

    [Theory(Timeout = Deadline)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(1_000_003)]
    public async Task Bytes_arrive_unchanged_and_in_order(int length)
    {
        await using var pair = await ConnectAsync();
        var (client, server) = await pair.OpenAsync(Token);
        var bytes = Streams.RandomBytes(length, length);
        var reading = Streams.ReadToEndAsync(server, Token);
        await client.WriteAsync(bytes, Token);
        await client.CompleteWritesAsync(Token);
        Assert.Equal(bytes, await reading);
    }

    [Fact(Timeout = Deadline)]
    public async Task The_accepting_side_opens_streams_too()
    {
        await using var pair = await ConnectAsync();
        var opening = pair.Server.OpenStreamAsync(Token).AsTask();
        var answering = Task.Run(async () => await Streams.EchoAsync(await pair.Client.AcceptStreamAsync(Token), Token), Token);
        var stream = await opening;
        Assert.Equal(1UL, stream.Number % 2);
        await Streams.CheckEchoAsync(stream, Streams.RandomBytes(5, 100_000), Token);
        await answering;
        Assert.Equal(1, pair.Server.Counters.StreamsOpened);
        Assert.Equal(1, pair.Client.Counters.StreamsAccepted);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_hundred_streams_at_once_from_both_sides_do_not_mix()
    {
        await using var pair = await ConnectAsync();
        var work = new List<Task>();
        for (var index = 0; index < 50; index++)
        {
            work.Add(OpenAndCheckAsync(pair.Client, index));
            work.Add(OpenAndCheckAsync(pair.Server, 1000 + index));
            work.Add(AcceptAndEchoAsync(pair.Client));
            work.Add(AcceptAndEchoAsync(pair.Server));
        }

        await Task.WhenAll(work);
        Assert.Equal(50, pair.Client.Counters.StreamsOpened);
        Assert.Equal(50, pair.Client.Counters.StreamsAccepted);
        Assert.Equal(0, pair.Client.Counters.StreamsAborted);
    }

    [Fact(Timeout = 120_000)]
    public async Task Much_data_goes_through_one_stream_unchanged()
    {
        const int PieceBytes = 1 << 20;
        var pieceCount = Environment.GetEnvironmentVariable("QUICWASM_SOAK") == "1" ? 1024 : 256;
        var large = Options with { SendBufferBytes = 0, ReceiveBufferBytes = 0 };
        await using var pair = await ConnectAsync(large, large);
        var (client, server) = await pair.OpenAsync(Token);
        var piece = Streams.RandomBytes(3, PieceBytes);
        var expected = 0u;
        var reading = Task.Run(
            async () =>
            {
                var checksum = 0u;
                var buffer = new byte[PieceBytes];
                for (int count; (count = await server.ReadAsync(buffer, Token)) > 0;)
                {
                    checksum = Crc32C.Append(checksum, buffer.AsSpan(0, count));
                }

                return checksum;
            },
            Token);
        for (var index = 0; index < pieceCount; index++)
        {
            BitConverter.TryWriteBytes(piece, index);
            expected = Crc32C.Append(expected, piece);
            await client.WriteAsync(piece, Token);
        }

        await client.CompleteWritesAsync(Token);
        Assert.Equal(expected, await reading);
        Assert.InRange(pair.Client.Counters.BytesSent, (long)PieceBytes * pieceCount, long.MaxValue);
    }

    [Fact(Timeout = Deadline)]
    public async Task After_a_half_close_the_other_half_goes_on()
    {
        await using var pair = await ConnectAsync();
        var (client, server) = await pair.OpenAsync(Token);
        await client.CompleteWritesAsync(Token);
        await client.CompleteWritesAsync(Token);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await client.WriteAsync(new byte[1], Token));
        Assert.Equal(0, await server.ReadAsync(new byte[10], Token));
        Assert.Equal(0, await server.ReadAsync(new byte[10], Token));
        var answer = Streams.RandomBytes(9, 2 << 20);
        var reading = Streams.ReadToEndAsync(client, Token);
        await server.WriteAsync(answer, Token);
        await server.CompleteWritesAsync(Token);
        Assert.Equal(answer, await reading);
    }

    [Fact(Timeout = Deadline)]
    public async Task An_answer_survives_a_stream_that_is_disposed_of_with_unread_input()
    {
        await using var pair = await ConnectAsync();
        var (client, server) = await pair.OpenAsync(Token);
        await client.WriteAsync(new byte[50_000], Token);
        var answer = Streams.RandomBytes(9, 3 << 20);
        var answering = Task.Run(
            async () =>
            {
                await server.WriteAsync(answer, Token);
                await server.CompleteWritesAsync(Token);
                await server.DisposeAsync();
            },
            Token);
        var first = await Streams.ReadExactlyAsync(client, 1 << 20, Token);
        await client.WriteAsync(new byte[50_000], Token);
        var rest = await Streams.ReadToEndAsync(client, Token);
        await answering;
        Assert.Equal(answer, first.Concat(rest));
    }

    [Fact(Timeout = Deadline)]
    public async Task Counters_tell_what_was_transferred()
    {
        await using var pair = await ConnectAsync();
        var before = pair.Client.Counters;
        var (client, server) = await pair.OpenAsync(Token);
        await client.WriteAsync(new byte[100_000], Token);
        await client.CompleteWritesAsync(Token);
        await Streams.ReadToEndAsync(server, Token);
        var moved = pair.Client.Counters.Since(before);
        Assert.InRange(moved.BytesSent, 100_001, MaxBytesOnWire);
        Assert.InRange(pair.Server.Counters.BytesReceived, 100_001, MaxBytesOnWire + 5_000);
        Assert.Equal(1, moved.StreamsOpened);
        Assert.Equal(1, pair.Server.Counters.StreamsAccepted);
    }

    [Fact(Timeout = Deadline)]
    public async Task Peers_are_named()
    {
        await using var pair = await ConnectAsync();
        Assert.Equal(pair.Listener.Endpoint.ToString(), pair.Client.RemotePeer);
        Assert.StartsWith(Transport.Name + ":", pair.Server.RemotePeer, StringComparison.Ordinal);
    }

    private static async Task OpenAndCheckAsync(ITransportConnection connection, int seed) =>
        await Streams.CheckEchoAsync(await connection.OpenStreamAsync(Token), Streams.RandomBytes(seed, 64 << 10), Token);

    private static async Task AcceptAndEchoAsync(ITransportConnection connection) =>
        await Streams.EchoAsync(await connection.AcceptStreamAsync(Token), Token);
}

namespace QuicWasm.Transport.Tests;

/// <summary>What every transport does when something fails.</summary>
public abstract partial class TransportConformance
{
    [Fact(Timeout = Deadline)]
    public async Task An_abort_ends_both_sides_with_its_code_and_spares_the_connection()
    {
        await using var pair = await ConnectAsync();
        var (client, server) = await pair.OpenAsync(Token);
        var reading = server.ReadAsync(new byte[10], Token).AsTask();
        client.Abort(42);
        Assert.Equal(42UL, (await Streams.ThrowsAsync(TransportError.StreamAborted, () => reading)).Code);
        Assert.Equal(42UL, (await Streams.ThrowsAsync(TransportError.StreamAborted, async () => await server.WriteAsync(new byte[1], Token))).Code);
        await Streams.ThrowsAsync(TransportError.StreamAborted, async () => await client.ReadAsync(new byte[1], Token));
        await Streams.CheckUsableAsync(pair, Token);
        Assert.Equal(1, pair.Client.Counters.StreamsAborted);
        Assert.Equal(1, pair.Server.Counters.StreamsAborted);
    }

    [Fact(Timeout = Deadline)]
    public async Task An_abort_ends_a_writer_that_is_held_back()
    {
        await using var pair = await ConnectAsync();
        var (client, server) = await pair.OpenAsync(Token);
        var writing = client.WriteAsync(new byte[64 << 20], Token).AsTask();
        server.Abort(43);
        Assert.Equal(43UL, (await Streams.ThrowsAsync(TransportError.StreamAborted, () => writing)).Code);
        await Streams.CheckUsableAsync(pair, Token);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_stream_that_is_disposed_of_halfway_never_looks_complete()
    {
        await using var pair = await ConnectAsync();
        var (client, server) = await pair.OpenAsync(Token);
        await client.WriteAsync(new byte[100], Token);
        await client.DisposeAsync();
        await client.DisposeAsync();
        await Streams.ThrowsAsync(TransportError.StreamAborted, () => Streams.ReadToEndAsync(server, Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await client.ReadAsync(new byte[1], Token));
        await Streams.CheckUsableAsync(pair, Token);
    }

    [Fact(Timeout = Deadline)]
    public async Task Closing_tells_the_peer_the_code_everywhere()
    {
        await using var pair = await ConnectAsync();
        var (client, server) = await pair.OpenAsync(Token);
        var reading = server.ReadAsync(new byte[10], Token).AsTask();
        var accepting = pair.Server.AcceptStreamAsync(Token).AsTask();
        await pair.Client.CloseAsync(7, Token);
        Assert.Equal(7UL, (await Streams.ThrowsAsync(TransportError.ConnectionClosed, () => reading)).Code);
        Assert.Equal(7UL, (await Streams.ThrowsAsync(TransportError.ConnectionClosed, () => accepting)).Code);
        await Streams.ThrowsAsync(TransportError.ConnectionClosed, async () => await pair.Server.OpenStreamAsync(Token));
        await Streams.ThrowsAsync(TransportError.ConnectionClosed, async () => await client.ReadAsync(new byte[1], Token));
        Assert.True(pair.Client.Closed.IsCancellationRequested);
        await WhenCancelledAsync(pair.Server.Closed);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_killed_peer_is_a_lost_connection_and_never_an_end_of_data()
    {
        await using var pair = await ConnectKillableAsync();
        var (client, server) = await pair.OpenAsync(Token);
        await server.WriteAsync(new byte[10_000], Token);
        await Streams.ReadExactlyAsync(client, 5000, Token);
        var accepting = pair.Client.AcceptStreamAsync(Token).AsTask();
        Kill(pair.Server);
        await Streams.ThrowsAsync(TransportError.ConnectionLost, () => Streams.ReadToEndAsync(client, Token));
        await Streams.ThrowsAsync(TransportError.ConnectionLost, () => accepting);
        await Streams.ThrowsAsync(TransportError.ConnectionLost, async () => await client.WriteAsync(new byte[1], Token));
        await Streams.ThrowsAsync(TransportError.ConnectionLost, async () => await pair.Client.OpenStreamAsync(Token));
        await WhenCancelledAsync(pair.Client.Closed);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_killed_peer_ends_a_writer_that_is_held_back()
    {
        await using var pair = await ConnectKillableAsync();
        var (client, _) = await pair.OpenAsync(Token);
        var writing = client.WriteAsync(new byte[64 << 20], Token).AsTask();
        Kill(pair.Server);
        await Streams.ThrowsAsync(TransportError.ConnectionLost, () => writing);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_frame_over_the_limit_ends_its_stream_only_and_is_not_waited_for()
    {
        await using var pair = await ConnectAsync();
        var (client, server) = await pair.OpenAsync(Token);
        var header = new byte[FrameHeader.LengthBytes];
        new FrameHeader(1, 0, 7, 1 << 20).Write(header, 0, 0);
        await client.WriteAsync(header, Token);
        using (var reader = new FrameReader(server, 64 << 10))
        {
            await Streams.ThrowsAsync(TransportError.FrameTooLarge, async () => await reader.ReadHeaderAsync(Token));
        }

        var told = await Streams.ThrowsAsync(TransportError.StreamAborted, async () => await client.ReadAsync(new byte[1], Token));
        Assert.Equal(TransportCodes.BadFrame, told.Code);
        await Streams.CheckUsableAsync(pair, Token);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_stalled_peer_ends_in_the_readers_deadline()
    {
        await using var pair = await ConnectAsync();
        var (client, server) = await pair.OpenAsync(Token);
        client.ReadTimeout = TimeSpan.FromMilliseconds(100);
        await Streams.ThrowsAsync(TransportError.Timeout, async () => await client.ReadAsync(new byte[1], Token));
        var told = await Streams.ThrowsAsync(TransportError.StreamAborted, async () => await server.ReadAsync(new byte[1], Token));
        Assert.Equal(TransportCodes.TimedOut, told.Code);
        await Streams.CheckUsableAsync(pair, Token);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_cancelled_read_loses_nothing()
    {
        await using var pair = await ConnectAsync();
        var (client, server) = await pair.OpenAsync(Token);
        for (var round = 0; round < 5; round++)
        {
            using var source = new CancellationTokenSource();
            var reading = client.ReadAsync(new byte[10], source.Token).AsTask();
            Assert.False(reading.IsCompleted);
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
            await server.WriteAsync(new byte[] { (byte)round, 9 }, Token);
            Assert.Equal([(byte)round, 9], await Streams.ReadExactlyAsync(client, 2, Token));
        }

        await Streams.CheckUsableAsync(pair, Token);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_write_that_is_cancelled_midway_aborts_its_stream_only()
    {
        await using var pair = await ConnectAsync();
        var (client, server) = await pair.OpenAsync(Token);
        using var source = new CancellationTokenSource();
        var writing = client.WriteAsync(new byte[64 << 20], source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        var told = await Streams.ThrowsAsync(TransportError.StreamAborted, () => Streams.ReadToEndAsync(server, Token));
        Assert.Equal(TransportCodes.Cancelled, told.Code);
        await Streams.CheckUsableAsync(pair, Token);
    }

    [Fact(Timeout = Deadline)]
    public async Task Waiting_can_be_cancelled_everywhere()
    {
        await using var pair = await ConnectAsync();
        using var source = new CancellationTokenSource();
        var accepting = pair.Server.AcceptStreamAsync(source.Token).AsTask();
        var listening = pair.Listener.AcceptAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accepting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listening);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pair.Client.OpenStreamAsync(source.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Transport.ConnectAsync(pair.Listener.Endpoint, Options, source.Token));
        await Streams.CheckUsableAsync(pair, Token);
    }

    [Fact(Timeout = Deadline)]
    public async Task Both_sides_may_close_at_once_and_twice()
    {
        for (var round = 0; round < 20; round++)
        {
            await using var pair = await ConnectAsync();
            await Task.WhenAll(
                Task.Run(async () => await pair.Client.CloseAsync(1, Token), Token),
                Task.Run(async () => await pair.Server.CloseAsync(2, Token), Token));
            await pair.Client.CloseAsync(3, Token);
        }
    }

    [Fact(Timeout = Deadline)]
    public async Task Disposing_of_the_listener_ends_accepts_and_its_connections()
    {
        await using var pair = await ConnectAsync();
        var accepting = pair.Listener.AcceptAsync(Token).AsTask();
        await pair.Listener.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => accepting);
        await Streams.ThrowsAsync(TransportError.ConnectionClosed, async () => await pair.Client.AcceptStreamAsync(Token));
        await Streams.ThrowsAsync(TransportError.Unreachable, async () => await Transport.ConnectAsync(pair.Listener.Endpoint, Options, Token));
    }

    protected static async Task WhenCancelledAsync(CancellationToken signal)
    {
        var source = new TaskCompletionSource();
        await using var registration = signal.Register(source.SetResult);
        await source.Task.WaitAsync(Token);
    }
}

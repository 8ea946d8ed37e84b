namespace QuicWasm.Transport.Tests;

/// <summary>The limits that every transport keeps.</summary>
public abstract partial class TransportConformance
{
    /// <summary>What may be under way between a writer and a reader that does not read: the buffers of both sides, and a write.</summary>
    protected virtual long MaxInFlightBytes => 4 << 20;

    /// <summary>How much more memory five hundred connections may leave with the allocators; a leak of their buffers would be more.</summary>
    private const long MaxGrowthBytes = 48 << 20;

    [Fact(Timeout = Deadline)]
    public async Task A_reader_that_does_not_read_holds_the_writer_back()
    {
        await using var pair = await ConnectAsync();
        var (client, _) = await pair.OpenAsync(Token);
        client.WriteTimeout = TimeSpan.FromMilliseconds(300);
        await Streams.ThrowsAsync(
            TransportError.Timeout,
            async () =>
            {
                var piece = new byte[256 << 10];
                while (true)
                {
                    await client.WriteAsync(piece, Token);
                }
            });
        Assert.InRange(pair.Client.Counters.BytesSent, 1, MaxInFlightBytes);
        Assert.InRange(pair.Server.Counters.BytesReceived, 1, MaxUnreadBytes);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_slow_reader_bounds_what_is_under_way()
    {
        await using var pair = await ConnectAsync();
        var (client, server) = await pair.OpenAsync(Token);
        var writing = Task.Run(
            async () =>
            {
                for (var piece = 0; piece < 128; piece++)
                {
                    await client.WriteAsync(new byte[256 << 10], Token);
                }

                await client.CompleteWritesAsync(Token);
            },
            Token);
        var buffer = new byte[32 << 10];
        while (await server.ReadAsync(buffer, Token) > 0)
        {
            Assert.InRange(pair.Client.Counters.BytesSent - pair.Server.Counters.BytesReceived, -1_000_000, MaxInFlightBytes);
        }

        await writing;
    }

    [Fact(Timeout = Deadline)]
    public async Task Streams_over_the_limit_wait_for_a_free_place()
    {
        var few = Options with { MaxStreams = 4, ConnectTimeout = TimeSpan.FromMilliseconds(300) };
        await using var pair = await ConnectAsync(few, few);
        var streams = new List<(ITransportStream Client, ITransportStream Server)>();
        for (var index = 0; index < 4; index++)
        {
            streams.Add(await pair.OpenAsync(Token));
        }

        await Streams.ThrowsAsync(TransportError.TooManyStreams, async () => await pair.Client.OpenStreamAsync(Token));
        await streams[2].Client.DisposeAsync();
        await Streams.ThrowsAsync(TransportError.TooManyStreams, async () => await pair.Client.OpenStreamAsync(Token));
        var opening = pair.OpenAsync(Token);
        await streams[2].Server.DisposeAsync();
        await opening;
    }

    [Fact(Timeout = Deadline)]
    public async Task Places_of_streams_are_used_again_and_again()
    {
        var few = Options with { MaxStreams = 3 };
        await using var pair = await ConnectAsync(few, few);
        var echoing = Task.Run(
            async () =>
            {
                for (var count = 0; count < 200; count++)
                {
                    _ = Streams.EchoAsync(await pair.Server.AcceptStreamAsync(Token), Token);
                }
            },
            Token);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(seed => OpenAndCheckAsync(pair.Client, seed)));
        await echoing;
    }

    [Fact(Timeout = Deadline)]
    public async Task Places_of_aborted_streams_are_used_again_too()
    {
        var few = Options with { MaxStreams = 3 };
        await using var pair = await ConnectAsync(few, few);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var accepting = Task.Run(
            async () =>
            {
                while (true)
                {
                    await (await pair.Server.AcceptStreamAsync(source.Token)).DisposeAsync();
                }
            },
            Token);
        for (var count = 0; count < 200; count++)
        {
            var stream = await pair.Client.OpenStreamAsync(Token);
            stream.Abort(5);
            await stream.DisposeAsync();
        }

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accepting);
    }

    [Fact(Timeout = Deadline)]
    public async Task Connections_over_the_limit_are_refused_until_one_ends()
    {
        var refusals = new Refusals();
        var one = Options with { MaxConnections = 1, Refused = refusals.Add };
        await using var pair = await ConnectAsync(Options, one);
        await Streams.ThrowsAsync(TransportError.TooManyConnections, async () => await Transport.ConnectAsync(pair.Listener.Endpoint, Options, Token));
        Assert.Equal(TransportError.TooManyConnections, (await refusals.NextAsync(Token)).Error);
        await pair.Client.DisposeAsync();
        await WhenCancelledAsync(pair.Server.Closed);
        await using var next = await Transport.ConnectAsync(pair.Listener.Endpoint, Options, Token);
        Assert.Equal(1, pair.Listener.RefusedCount);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_thousand_connections_leave_no_handle_and_no_memory_behind()
    {
        await using var listener = await Transport.ListenAsync(Anywhere, Options, Token);
        await ConnectAndCloseAsync(listener, 50);
        var before = CountHandles();
        await ConnectAndCloseAsync(listener, 500);
        var memory = ResidentBytes();
        await ConnectAndCloseAsync(listener, 500);
        Assert.InRange(ResidentBytes() - memory, long.MinValue, MaxGrowthBytes);
        while (CountHandles() > before + 8)
        {
            // Transports without a connection below may keep an end for a moment, for packets under way.
            await Task.Delay(20, Token);
        }
    }

    private async Task ConnectAndCloseAsync(ITransportListener listener, int count)
    {
        for (var round = 0; round < count; round++)
        {
            var connecting = Transport.ConnectAsync(listener.Endpoint, Options, Token).AsTask();
            await using var server = await listener.AcceptAsync(Token);
            await using var client = await connecting;
            var stream = await client.OpenStreamAsync(Token);
            await stream.WriteAsync(new byte[10], Token);
            await server.AcceptStreamAsync(Token);
        }
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static int CountHandles() => OperatingSystem.IsLinux() ? Directory.GetFileSystemEntries("/proc/self/fd").Length : 0;
}

using System.Net;
using System.Net.Sockets;

namespace QuicWasm.Transport.Tests;

/// <summary>The conformance suite over libngtcp2, and what happens below streams.</summary>
public sealed class Ngtcp2Tests : QuicConformance
{
    public Ngtcp2Tests() => Providers.Require(Ngtcp2Transport.IsSupported, "quic:ngtcp2", "libngtcp2 is not on this machine");

    protected override ITransport Transport { get; } = new Ngtcp2Transport();

    /// <summary>With some packets that go out again where the machine is busy, and acknowledgements come late.</summary>
    protected override long MaxBytesOnWire => 120_000;

    private protected override void Kill(ITransportConnection connection) => ((Ngtcp2Connection)connection).Kill();

    [Fact(Timeout = Deadline)]
    public async Task A_packet_of_another_version_of_quic_is_answered_with_this_one()
    {
        await using var listener = await Transport.ListenAsync(Anywhere, Options, Token);
        using var socket = Dial(listener);
        var packet = new byte[1200];
        new byte[] { 0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 7, 6, 5, 4, 3, 2, 1 }.CopyTo(packet, 0);
        await socket.SendAsync(packet, Token);
        var answer = new byte[1500];
        var length = await socket.ReceiveAsync(answer, Token);
        Assert.Equal([0, 0, 0, 0], answer[1..5]);
        Assert.Equal([0, 0, 0, 1], answer[(length - 4)..length]);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_listener_can_make_clients_show_that_they_are_at_their_address()
    {
        await using var listener = await Transport.ListenAsync(Anywhere, Options with { Quic = new QuicOptions { AlwaysValidateAddress = true } }, Token);
        await using var proxy = new DatagramProxy(listener.Endpoint.Port, 0, TimeSpan.Zero);
        var connecting = Transport.ConnectAsync(At(proxy.Port), Options, Token).AsTask();
        await using var server = await listener.AcceptAsync(Token);
        await using var client = await connecting;
        await Streams.CheckUsableAsync(new Connected(listener, client, server), Token);
        Assert.Equal(0xf0, proxy.FromListener.First()[0] & 0xf0);
    }

    [Fact(Timeout = Deadline)]
    public async Task Keys_can_change_in_the_middle_of_a_stream()
    {
        await using var pair = await ConnectAsync();
        for (var round = 0; round < 5; round++)
        {
            await Streams.CheckUsableAsync(pair, Token);
            var side = (Ngtcp2Connection)(round % 2 == 0 ? pair.Client : pair.Server);
            while (!side.TryUpdateKeys())
            {
                // The last change is not confirmed yet.
                await Task.Delay(5, Token);
            }
        }

        await Streams.CheckUsableAsync(pair, Token);
    }

    [Theory(Timeout = Deadline)]
    [InlineData(QuicCongestionControl.Reno)]
    [InlineData(QuicCongestionControl.Cubic)]
    [InlineData(QuicCongestionControl.Bbr)]
    public async Task Data_arrives_whole_over_a_network_that_loses_delays_and_reorders(QuicCongestionControl congestionControl)
    {
        var options = Options with { Quic = new QuicOptions { CongestionControl = congestionControl }, IdleTimeout = TimeSpan.FromSeconds(10) };
        await using var listener = await Transport.ListenAsync(Anywhere, options, Token);
        await using var proxy = new DatagramProxy(listener.Endpoint.Port, 0.03, TimeSpan.FromMilliseconds(5));
        var connecting = Transport.ConnectAsync(At(proxy.Port), options, Token).AsTask();
        await using var server = await listener.AcceptAsync(Token);
        await using var client = await connecting;
        var work = new List<Task>();
        for (var seed = 0; seed < 20; seed++)
        {
            work.Add(Streams.CheckEchoAsync(await client.OpenStreamAsync(Token), Streams.RandomBytes(seed, 50_000), Token));
            work.Add(Streams.EchoAsync(await server.AcceptStreamAsync(Token), Token));
        }

        await Task.WhenAll(work);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_process_that_was_started_anew_tells_peers_of_the_one_before()
    {
        var listener = await Transport.ListenAsync(Anywhere, Options, Token);
        await using var proxy = new DatagramProxy(listener.Endpoint.Port, 0, TimeSpan.Zero);
        var connecting = Transport.ConnectAsync(At(proxy.Port), Options with { IdleTimeout = TimeSpan.FromSeconds(20) }, Token).AsTask();
        var server = await listener.AcceptAsync(Token);
        await using var client = await connecting;
        Kill(server);
        await listener.DisposeAsync();
        await using var next = await Transport.ListenAsync(listener.Endpoint, Options, Token);
        var lost = await Streams.ThrowsAsync(
            TransportError.ConnectionLost,
            async () =>
            {
                var stream = await client.OpenStreamAsync(Token);
                await stream.WriteAsync(new byte[100], Token);
                await stream.ReadAsync(new byte[1], Token);
            });
        Assert.Contains("started anew", lost.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Deadline)]
    public async Task Nobody_there_is_unreachable_and_silence_runs_into_the_deadline()
    {
        var listener = await Transport.ListenAsync(Anywhere, Options, Token);
        await Streams.ThrowsAsync(TransportError.AddressUnavailable, async () => await Transport.ListenAsync(listener.Endpoint, Options, Token));
        await listener.DisposeAsync();
        var refused = await Streams.ThrowsAsync(TransportError.Unreachable, async () => await Transport.ConnectAsync(listener.Endpoint, Options, Token));
        Assert.Contains(listener.Endpoint.ToString(), refused.Message, StringComparison.Ordinal);
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var hasty = Options with { HandshakeTimeout = TimeSpan.FromMilliseconds(300) };
        await Streams.ThrowsAsync(TransportError.Timeout, async () => await Transport.ConnectAsync(At(((IPEndPoint)silent.LocalEndPoint!).Port), hasty, Token));
    }

    [Fact(Timeout = Deadline)]
    public async Task A_client_whose_address_changes_on_the_way_keeps_its_connection()
    {
        await using var listener = await Transport.ListenAsync(Anywhere, Options, Token);
        await using var proxy = new DatagramProxy(listener.Endpoint.Port, 0, TimeSpan.FromMilliseconds(1));
        var connecting = Transport.ConnectAsync(At(proxy.Port), Options, Token).AsTask();
        await using var server = await listener.AcceptAsync(Token);
        await using var client = await connecting;
        var pair = new Connected(listener, client, server);
        var (toServer, fromClient) = await pair.OpenAsync(Token);
        await Streams.CheckUsableAsync(pair, Token);
        await proxy.MoveAsync();
        await Streams.CheckUsableAsync(pair, Token);

        // From the server first, too: by now it knows where the client is.
        await fromClient.WriteAsync(new byte[200_000], Token);
        await Streams.ReadExactlyAsync(toServer, 200_000, Token);
        Assert.False(client.Closed.IsCancellationRequested);
        Assert.False(server.Closed.IsCancellationRequested);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_listener_that_closes_is_heard_by_who_still_sends_to_it()
    {
        for (var round = 0; round < 20; round++)
        {
            await using var pair = await ConnectAsync();
            var (here, _) = await pair.OpenAsync(Token);
            var writing = Streams.ThrowsAsync(
                TransportError.ConnectionClosed,
                async () =>
                {
                    while (true)
                    {
                        await here.WriteAsync(new byte[10], Token);
                    }
                });
            await pair.Listener.DisposeAsync();
            await writing;
        }
    }

    [Fact(Timeout = Deadline)]
    public async Task A_reader_that_keeps_its_thread_holds_up_nobody()
    {
        const int Blocked = 5;
        await using var pair = await ConnectAsync();
        using var release = new ManualResetEventSlim();
        var waiting = new List<Task>();
        for (var stream = 0; stream < Blocked; stream++)
        {
            var (here, there) = await pair.OpenAsync(Token);
            waiting.Add(BlockAfterReadAsync(there));
            await here.WriteAsync(new byte[1], Token);
            await Streams.CheckUsableAsync(pair, Token);
        }

        release.Set();
        await Task.WhenAll(waiting);
        await Streams.CheckUsableAsync(pair, Token);

        async Task BlockAfterReadAsync(ITransportStream stream)
        {
            await stream.ReadAsync(new byte[1], Token);
            Assert.True(release.Wait(Deadline, Token));
        }
    }

    [Fact]
    public void A_reader_whose_code_was_long_is_left_to_the_pool_for_a_while()
    {
        var reader = new QuicWait(static () => { });
        Assert.True(reader.MayContinueHere);
        RunHere(TimeSpan.FromMilliseconds(1));
        Assert.Equal(63, Enumerable.Range(0, 64).TakeWhile(_ => !reader.MayContinueHere).Count());
        RunHere(TimeSpan.Zero);
        Assert.True(reader.MayContinueHere);

        void RunHere(TimeSpan duration)
        {
            var thread = 0;
            var waiting = new ValueTask<int>(reader, reader.Start(default)).GetAwaiter();
            waiting.UnsafeOnCompleted(() =>
            {
                thread = Environment.CurrentManagedThreadId;
                SpinWait.SpinUntil(static () => false, duration);
            });
            Assert.True(reader.TryEnd());
            reader.ContinueHere(1);
            Assert.Equal((1, Environment.CurrentManagedThreadId), (waiting.GetResult(), thread));
        }
    }

    [Fact(Timeout = Deadline)]
    public async Task A_request_and_its_answer_are_two_packets()
    {
        const int Rounds = 100, MaxPackets = Rounds * 5 / 2;
        await using var listener = await Transport.ListenAsync(Anywhere, Options, Token);
        await using var proxy = new DatagramProxy(listener.Endpoint.Port, 0, TimeSpan.Zero);
        var connecting = Transport.ConnectAsync(At(proxy.Port), Options, Token).AsTask();
        await using var server = await listener.AcceptAsync(Token);
        await using var client = await connecting;
        var (here, there) = await new Connected(listener, client, server).OpenAsync(Token);
        var echoing = Streams.EchoAsync(there, Token);
        var packets = int.MaxValue;

        // Where the machine is busy an answer comes too late for the acknowledgement to wait for it.
        for (var attempt = 0; attempt < 20 && packets > MaxPackets; attempt++)
        {
            packets = -proxy.FromClient.Count - proxy.FromListener.Count;
            for (var round = 0; round < Rounds; round++)
            {
                await here.WriteAsync(new byte[100], Token);
                await Streams.ReadExactlyAsync(here, 100, Token);
            }

            packets += proxy.FromClient.Count + proxy.FromListener.Count;
        }

        Assert.InRange(packets, Rounds * 2, MaxPackets);
        await here.CompleteWritesAsync(Token);
        await echoing;
    }

    [Fact(Timeout = Deadline)]
    public async Task Packets_cost_no_allocation()
    {
        const int PieceBytes = 64 << 10, Pieces = 512, InternetPayloadBytes = 1452;
        var transport = new Ngtcp2Transport { PayloadBytes = InternetPayloadBytes };
        await using var pair = await Connected.MakeAsync(transport, Anywhere, Options, Options, Token);
        var (client, server) = await pair.OpenAsync(Token);
        await MoveAsync(Pieces / 4);
        var sent = pair.Client.Counters.BytesSent;
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await MoveAsync(Pieces);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        var packets = (pair.Client.Counters.BytesSent - sent) / InternetPayloadBytes;
        Assert.InRange(packets, (long)Pieces * PieceBytes / InternetPayloadBytes, long.MaxValue);

        // One object for each packet would be 24 bytes at least.
        Assert.InRange(allocated, 0, packets * 12);

        async Task MoveAsync(int pieces)
        {
            var writing = Task.Run(
                async () =>
                {
                    var piece = new byte[PieceBytes];
                    for (var index = 0; index < pieces; index++)
                    {
                        await client.WriteAsync(piece, Token);
                    }
                },
                Token);
            var buffer = new byte[PieceBytes];
            for (var left = pieces * PieceBytes; left > 0;)
            {
                left -= await server.ReadAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), Token);
            }

            await writing;
        }
    }
}

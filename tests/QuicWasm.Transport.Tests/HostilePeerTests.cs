using System.Net.Sockets;

namespace QuicWasm.Transport.Tests;

/// <summary>Peers that shake hands as they should, and break the protocol afterwards.</summary>
public sealed class HostilePeerTests
{
    private const int Deadline = 30_000;
    private const int MaxStreams = 4;

    private static readonly TransportOptions Options = new() { MaxStreams = MaxStreams, HandshakeTimeout = TimeSpan.FromMilliseconds(300), ConnectTimeout = TimeSpan.FromMilliseconds(300) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = Deadline)]
    public async Task Sockets_that_end_politely_without_a_word_are_a_lost_connection()
    {
        // This is what the kernel does for a killed process.
        await using var peer = await HostilePeer.ConnectAsync(Options, Token);
        using var stream = await peer.DialAsync(2, Token);
        await stream.SendAsync(new byte[10], Token);
        var accepted = await peer.Server.AcceptStreamAsync(Token);
        await Streams.ReadExactlyAsync(accepted, 10, Token);
        var reading = accepted.ReadAsync(new byte[1], Token).AsTask();
        stream.Dispose();
        peer.Control.Dispose();
        await Streams.ThrowsAsync(TransportError.ConnectionLost, () => reading);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_stream_that_ends_without_being_completed_is_refused_in_time()
    {
        await using var peer = await HostilePeer.ConnectAsync(Options, Token);
        using var stream = await peer.DialAsync(2, Token);
        stream.Shutdown(SocketShutdown.Send);
        var accepted = await peer.Server.AcceptStreamAsync(Token);
        await Streams.ThrowsAsync(TransportError.ProtocolViolation, async () => await accepted.ReadAsync(new byte[1], Token));
    }

    [Fact(Timeout = Deadline)]
    public async Task A_stream_that_ends_short_of_its_length_is_refused()
    {
        await using var peer = await HostilePeer.ConnectAsync(Options, Token);
        using var stream = await peer.DialAsync(2, Token);
        await stream.SendAsync(new byte[10], Token);
        await peer.PostAsync(ControlKind.Completed, 2, 11, Token);
        stream.Shutdown(SocketShutdown.Send);
        var accepted = await peer.Server.AcceptStreamAsync(Token);
        await Streams.ThrowsAsync(TransportError.ProtocolViolation, () => Streams.ReadToEndAsync(accepted, Token));
    }

    [Fact(Timeout = Deadline)]
    public async Task A_stream_that_is_reset_without_a_word_is_aborted()
    {
        await using var peer = await HostilePeer.ConnectAsync(Options, Token);
        using var stream = await peer.DialAsync(2, Token);
        var accepted = await peer.Server.AcceptStreamAsync(Token);
        stream.Close(0);
        await Streams.ThrowsAsync(TransportError.StreamAborted, () => Streams.ReadToEndAsync(accepted, Token));
    }

    [Theory(Timeout = Deadline)]
    [InlineData(0, 2, 0)]
    [InlineData(6, 2, 0)]
    [InlineData(1, 0, 0)]
    [InlineData(1, 3, 0)]
    [InlineData(2, 7, 0)]
    [InlineData(4, 2, 0)]
    [InlineData(5, 2, 0)]
    [InlineData(1UL << 63, 2, 0)]
    public async Task A_control_message_that_is_none_ends_the_connection(ulong kind, ulong number, ulong value)
    {
        await using var peer = await HostilePeer.ConnectAsync(Options, Token);
        await peer.PostRawAsync(kind, number, value, Token);
        await Streams.ThrowsAsync(TransportError.ProtocolViolation, async () => await peer.Server.AcceptStreamAsync(Token));
        await peer.CheckListenerGoesOnAsync(Token);
    }

    [Fact(Timeout = Deadline)]
    public async Task Random_control_bytes_end_the_connection()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            await using var peer = await HostilePeer.ConnectAsync(Options, Token);
            await peer.Control.SendAsync(Streams.RandomBytes(seed, 4000), Token);
            var exception = await Assert.ThrowsAsync<TransportException>(async () => await peer.Server.AcceptStreamAsync(Token));
            Assert.Equal(TransportError.ProtocolViolation, exception.Error);
        }
    }

    [Fact(Timeout = Deadline)]
    public async Task Speaking_of_more_streams_than_allowed_ends_the_connection()
    {
        await using var peer = await HostilePeer.ConnectAsync(Options, Token);
        for (var number = 2UL; number <= 2 * (MaxStreams + 1); number += 2)
        {
            await peer.PostAsync(ControlKind.Completed, number, 0, Token);
        }

        await Streams.ThrowsAsync(TransportError.ProtocolViolation, async () => await peer.Server.AcceptStreamAsync(Token));
    }

    [Fact(Timeout = Deadline)]
    public async Task Sockets_may_overtake_each_other_and_the_messages_that_free_their_places()
    {
        await using var peer = await HostilePeer.ConnectAsync(Options with { HandshakeTimeout = TimeSpan.FromSeconds(10) }, Token);
        var sockets = new List<Socket>();
        var streams = new List<ITransportStream>();
        for (var number = 2UL; number <= 2 * MaxStreams; number += 2)
        {
            sockets.Add(await peer.DialAsync(number, Token));
            streams.Add(await peer.Server.AcceptStreamAsync(Token));
        }

        await streams[0].DisposeAsync();
        await streams[1].DisposeAsync();
        sockets.Add(await peer.DialAsync(12, Token));
        await peer.PostAsync(ControlKind.Finished, 2, 0, Token);
        Assert.Equal(12UL, (await peer.Server.AcceptStreamAsync(Token)).Number);
        sockets.Add(await peer.DialAsync(10, Token));
        await peer.PostAsync(ControlKind.Completed, 10, 0, Token);
        sockets[^1].Shutdown(SocketShutdown.Send);
        await peer.PostAsync(ControlKind.Finished, 4, 0, Token);
        var last = await peer.Server.AcceptStreamAsync(Token);
        Assert.Equal(10UL, last.Number);
        Assert.Equal(0, await last.ReadAsync(new byte[1], Token));
        sockets.ForEach(socket => socket.Dispose());
    }

    [Fact(Timeout = Deadline)]
    public async Task Dialling_more_streams_than_allowed_is_refused()
    {
        await using var peer = await HostilePeer.ConnectAsync(Options, Token);
        var sockets = new List<Socket>();
        for (var number = 2UL; number <= 2 * (MaxStreams + 1); number += 2)
        {
            sockets.Add(await peer.DialAsync(number, Token));
        }

        Assert.Equal(TransportError.TooManyStreams, (await peer.Refusals.NextAsync(Token)).Error);
        sockets.ForEach(socket => socket.Dispose());
    }

    [Theory(Timeout = Deadline)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_number_that_is_in_use_or_not_asked_for_is_refused(ulong number)
    {
        await using var peer = await HostilePeer.ConnectAsync(Options, Token);
        using var first = await peer.DialAsync(2, Token);
        var accepted = await peer.Server.AcceptStreamAsync(Token);
        using var second = await peer.DialAsync(number, Token);
        Assert.Equal(TransportError.ProtocolViolation, (await peer.Refusals.NextAsync(Token)).Error);
        await first.SendAsync(new byte[] { 5 }, Token);
        Assert.Equal([5], await Streams.ReadExactlyAsync(accepted, 1, Token));
    }

    [Fact(Timeout = Deadline)]
    public async Task A_stream_of_a_connection_that_does_not_exist_is_refused()
    {
        await using var peer = await HostilePeer.ConnectAsync(Options, Token);
        using var stream = await peer.DialAsync(new Preamble(PreambleKind.Stream, 12345, 2, 0), Token);
        Assert.Equal(TransportError.ProtocolViolation, (await peer.Refusals.NextAsync(Token)).Error);
        await peer.CheckListenerGoesOnAsync(Token);
    }

    [Fact(Timeout = Deadline)]
    public async Task Every_damaged_byte_of_a_preamble_is_refused()
    {
        await using var peer = await HostilePeer.ConnectAsync(Options, Token);
        for (var index = 0; index < Preamble.LengthBytes; index++)
        {
            var bytes = new byte[Preamble.LengthBytes];
            new Preamble(PreambleKind.Control, 99, 0, 5).Write(bytes);
            bytes[index] ^= 0x11;
            using var socket = await peer.DialRawAsync(bytes, Token);
            var refusal = await peer.Refusals.NextAsync(Token);
            Assert.Equal(index is 8 or 9 ? TransportError.VersionMismatch : TransportError.ProtocolViolation, refusal.Error);
        }

        await peer.CheckListenerGoesOnAsync(Token);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_peer_that_does_not_dial_what_it_is_asked_for_runs_into_the_deadline()
    {
        await using var peer = await HostilePeer.ConnectAsync(Options, Token);
        await Streams.ThrowsAsync(TransportError.Timeout, async () => await peer.Server.OpenStreamAsync(Token));
    }

    [Fact(Timeout = Deadline)]
    public async Task Closing_does_not_wait_for_a_peer_that_does_not_answer()
    {
        await using var peer = await HostilePeer.ConnectAsync(Options with { CloseTimeout = TimeSpan.FromMilliseconds(100) }, Token);
        await peer.Server.CloseAsync(1, Token);
        Assert.True(peer.Server.Closed.IsCancellationRequested);
    }
}

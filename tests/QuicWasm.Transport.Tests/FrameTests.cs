using QuicWasm.Native;

namespace QuicWasm.Transport.Tests;

public sealed class FrameTests
{
    private static readonly int[] Lengths = [0, 1, 23, 4096, 16_359, 16_360, 16_361, 70_000, 1 << 20];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Frames_of_any_length_arrive_whole_however_the_bytes_are_cut(int seed)
    {
        var written = new ScriptedStream([]);
        using var writer = new FrameWriter(written);
        foreach (var length in Lengths)
        {
            await writer.WriteAsync(7, 8, (ulong)length, Streams.RandomBytes(length, length), Token);
        }

        using var reader = new FrameReader(new ScriptedStream(written.Written, seed));
        foreach (var length in Lengths)
        {
            using var frame = await reader.ReadAsync(Token);
            Assert.Equal(new FrameHeader(7, 8, (ulong)length, length), frame!.Header);
            Assert.Equal(Streams.RandomBytes(length, length), frame.Payload.ToArray());
        }

        Assert.Null(await reader.ReadAsync(Token));
        Assert.Null(await reader.ReadHeaderAsync(Token));
    }

    [Fact]
    public async Task Pieces_are_written_without_being_put_together()
    {
        var stream = new ScriptedStream([]);
        using var writer = new FrameWriter(stream);
        var large = Streams.RandomBytes(1, 100_000);
        await writer.WriteAsync(1, 0, 1, new ReadOnlyMemory<byte>[] { new byte[10], large, new byte[] { 1, 2 }, large, new byte[3] }, Token);
        Assert.Equal([34, 100_000, 2, 100_000, 3], stream.Writes.Select(piece => piece.Length));
        using var reader = new FrameReader(new ScriptedStream(stream.Written));
        using var frame = await reader.ReadAsync(Token);
        byte[] expected = [.. new byte[10], .. large, 1, 2, .. large, 0, 0, 0];
        Assert.Equal(expected, frame!.Payload.ToArray());
    }

    [Fact]
    public async Task A_payload_is_read_into_the_places_it_belongs_to()
    {
        using var range = AddressRange.Reserve(1 << 20);
        range.Commit(0, range.LengthBytes);
        using var raw = MemoryOf(range);
        var payload = Streams.RandomBytes(4, 100_000);
        using var reader = new FrameReader(new ScriptedStream(await WriteAsync(payload)));
        var header = await reader.ReadHeaderAsync(Token);
        Assert.Equal(100_000, header!.Value.PayloadBytes);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.ReadHeaderAsync(Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await reader.ReadPayloadAsync(new byte[100_001], Token));
        await reader.ReadPayloadAsync(raw.Memory.Slice(8192, 40_000), Token);
        await reader.ReadPayloadAsync(raw.Memory[..10], Token);
        await reader.ReadPayloadAsync(raw.Memory.Slice(500_000, 59_990), Token);
        byte[] gathered = [.. raw.Memory.Slice(8192, 40_000).Span, .. raw.Memory[..10].Span, .. raw.Memory.Slice(500_000, 59_990).Span];
        Assert.Equal(payload, gathered);
    }

    [Fact]
    public async Task Every_flipped_byte_is_found_and_ends_the_stream()
    {
        var bytes = await WriteAsync(Streams.RandomBytes(1, 300), Streams.RandomBytes(2, 20));
        for (var index = 0; index < bytes.Length; index++)
        {
            foreach (var flip in new byte[] { 1, 0x80, 0xff })
            {
                var damaged = bytes.ToArray();
                damaged[index] ^= flip;
                await CheckRefusedAsync(damaged, TransportError.BadFrame);
            }
        }
    }

    [Fact]
    public async Task Every_truncation_inside_a_frame_is_found()
    {
        var bytes = await WriteAsync(Streams.RandomBytes(1, 300), Streams.RandomBytes(2, 20));
        var boundary = FrameHeader.LengthBytes + 300;
        for (var length = 1; length < bytes.Length; length++)
        {
            if (length != boundary)
            {
                await CheckRefusedAsync(bytes[..length], TransportError.BadFrame);
            }
        }
    }

    [Fact]
    public async Task Frames_out_of_order_doubled_or_lost_are_found()
    {
        var bytes = await WriteAsync(new byte[100], new byte[100], new byte[100]);
        byte[] Frame(int index) => bytes[(index * 124)..((index + 1) * 124)];
        await CheckRefusedAsync([.. Frame(1), .. Frame(0), .. Frame(2)], TransportError.BadFrame);
        await CheckRefusedAsync([.. Frame(0), .. Frame(0), .. Frame(1)], TransportError.BadFrame);
        await CheckRefusedAsync([.. Frame(0), .. Frame(2)], TransportError.BadFrame);
    }

    [Fact]
    public async Task Garbage_is_refused()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            await CheckRefusedAsync(Streams.RandomBytes(seed, 500), TransportError.BadFrame);
        }
    }

    [Theory]
    [InlineData(1001)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public async Task An_oversized_frame_is_refused_before_anything_is_allocated(int length)
    {
        var bytes = new byte[FrameHeader.LengthBytes];
        new FrameHeader(1, 1, 1, length).Write(bytes, 0, 0);
        await CheckRefusedAsync(bytes, TransportError.FrameTooLarge);
        var before = GC.GetAllocatedBytesForCurrentThread();
        await CheckRefusedAsync(bytes, TransportError.FrameTooLarge);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Fact]
    public async Task A_writer_refuses_oversized_frames_and_goes_on()
    {
        var stream = new ScriptedStream([]);
        using var writer = new FrameWriter(stream, 1000);
        await Streams.ThrowsAsync(TransportError.FrameTooLarge, async () => await writer.WriteAsync(1, 1, 1, new byte[1001], Token));
        await Streams.ThrowsAsync(
            TransportError.FrameTooLarge, async () => await writer.WriteAsync(1, 1, 1, new ReadOnlyMemory<byte>[] { new byte[600], new byte[600] }, Token));
        await writer.WriteAsync(1, 1, 1, new byte[1000], Token);
        Assert.Null(stream.AbortCode);
        using var reader = new FrameReader(new ScriptedStream(stream.Written), 1000);
        using var frame = await reader.ReadAsync(Token);
        Assert.Equal(1000, frame!.Payload.Length);
    }

    [Fact]
    public async Task Cancelling_between_frames_harms_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);
        var stream = new ScriptedStream([]);
        using var writer = new FrameWriter(stream);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await writer.WriteAsync(1, 1, 1, new byte[10], cancelled));
        await writer.WriteAsync(1, 1, 1, new byte[10], Token);
        Assert.Null(stream.AbortCode);
        using var reader = new FrameReader(new ScriptedStream(stream.Written));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reader.ReadHeaderAsync(cancelled));
        using var frame = await reader.ReadAsync(Token);
        Assert.Equal(10, frame!.Payload.Length);
    }

    [Fact]
    public async Task Cancelling_inside_a_payload_ends_the_stream()
    {
        var stream = new ScriptedStream(await WriteAsync(new byte[100_000]));
        using var reader = new FrameReader(stream);
        await reader.ReadHeaderAsync(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reader.ReadPayloadAsync(new byte[100_000], new CancellationToken(true)));
        Assert.Equal(TransportCodes.Cancelled, stream.AbortCode);
        await Streams.ThrowsAsync(TransportError.StreamAborted, async () => await reader.ReadHeaderAsync(Token));
    }

    [Fact(Timeout = 30_000)]
    public async Task Frames_from_several_threads_do_not_mix()
    {
        await using var pair = await Connected.MakeAsync(
            SocketTransport.Tcp(), TransportEndpoint.Parse("tcp:127.0.0.1:0"), TransportOptions.Default, TransportOptions.Default, Token);
        var (client, server) = await pair.OpenAsync(Token);
        using var writer = new FrameWriter(client);
        using var reader = new FrameReader(server);
        var writing = Enumerable.Range(0, 4).Select(thread => Task.Run(
            async () =>
            {
                for (var index = 0; index < 100; index++)
                {
                    var seed = (thread * 100) + index;
                    await writer.WriteAsync(1, 0, (ulong)seed, Streams.RandomBytes(seed, seed * 100), Token);
                }
            },
            Token)).ToArray();
        var seen = new HashSet<ulong>();
        for (var count = 0; count < 400; count++)
        {
            using var frame = await reader.ReadAsync(Token);
            Assert.True(seen.Add(frame!.Header.RequestId));
            Assert.Equal(Streams.RandomBytes((int)frame.Header.RequestId, (int)frame.Header.RequestId * 100), frame.Payload.ToArray());
        }

        await Task.WhenAll(writing);
    }

    private static unsafe PointerMemory MemoryOf(AddressRange range) => new(range.Base, (int)range.LengthBytes);

    private static async Task<byte[]> WriteAsync(params byte[][] payloads)
    {
        var stream = new ScriptedStream([]);
        using var writer = new FrameWriter(stream);
        foreach (var payload in payloads)
        {
            await writer.WriteAsync(3, 4, 5, payload, Token);
        }

        return stream.Written;
    }

    private static async Task CheckRefusedAsync(byte[] bytes, TransportError error)
    {
        var stream = new ScriptedStream(bytes);
        using var reader = new FrameReader(stream, 1000);
        async Task ReadAllAsync()
        {
            while (await reader.ReadAsync(Token) is { } frame)
            {
                frame.Dispose();
            }
        }

        await Streams.ThrowsAsync(error, ReadAllAsync);
        await Streams.ThrowsAsync(error, ReadAllAsync);
        Assert.Equal(TransportCodes.BadFrame, stream.AbortCode);
    }
}

using System.Buffers;
using System.Diagnostics;
using QuicWasm.Native;
using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>
/// Sends granules on one stream: their bytes as chunks, and zeros of memories by their number only. Granules of a run go together: as many
/// of them as fit are one chunk. It holds one buffer of a chunk, however long a granule is.
/// </summary>
internal sealed class GranuleSender(MemoryNode node, NodeSession session, MessageChannel channel) : IDisposable
{
    // Fewer zeros than that are cheaper as bytes than as a frame of their own.
    private const int LeastZeroBytes = 512;

    // So that whoever waits hears of them, however many there are.
    private const ulong MostZeroBytes = 256UL << 20;

    // A block must gain at least its longer head.
    private const int BlockHeadBytes = GranuleBlockHeader.LengthBytes - GranuleChunkHeader.LengthBytes;

    private readonly BlockCompression _compression = new();
    private BlockCodec _codec;
    private byte[]? _packed;
    private byte[]? _chunk;
    private GranuleZerosMessage? _zeros;
    private long _readStart;

    /// <summary>Answers a request for granules.</summary>
    public async ValueTask SendAsync(OpenedImage opened, GetGranulesMessage get, ulong requestId, CancellationToken cancellationToken)
    {
        _chunk ??= ArrayPool<byte>.Shared.Rent(GranuleChunkHeader.LengthBytes + node.Options.ChunkBytes);
        _zeros = null;
        _codec = get.Codec;
        if (_codec != BlockCodec.None)
        {
            _packed ??= ArrayPool<byte>.Shared.Rent(GranuleBlockHeader.LengthBytes + node.Options.ChunkBytes);
        }

        foreach (GranuleRun run in get.Runs)
        {
            node.Count(run.Count, await SendAsync(opened, run, requestId, cancellationToken));
            await SendZerosAsync(requestId, cancellationToken);
        }

        await channel.FlushAsync(cancellationToken);
    }

    public void Dispose()
    {
        _compression.Dispose();
        if (_packed is { } packed)
        {
            _packed = null;
            ArrayPool<byte>.Shared.Return(packed);
        }

        if (_chunk is { } chunk)
        {
            _chunk = null;
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    // Gives how many bytes were sent as such. Offsets count from the beginning of the run.
    private async ValueTask<ulong> SendAsync(OpenedImage opened, GranuleRun run, ulong requestId, CancellationToken cancellationToken)
    {
        ulong length = opened.Plan.LengthOf(run), sent = 0;
        for (ulong offset = 0; offset < length;)
        {
            _readStart = Stopwatch.GetTimestamp();
            ulong zeros = KnownZeros(opened, run, offset, length);
            if (zeros > 0)
            {
                await AddZerosAsync(opened, run, offset, zeros, requestId, cancellationToken);
                offset += zeros;
                continue;
            }

            int count = ChunkAt(opened.Plan, run, offset, length);
            opened.Image.Read(session, opened.Plan.RangesOf(run, offset, (ulong)count), _chunk.AsSpan(GranuleChunkHeader.LengthBytes));
            sent += await SendChunkAsync(opened, run, offset, count, requestId, cancellationToken);
            offset += (ulong)count;
        }

        return sent;
    }

    // A chunk that is not the last ends with a page of its part, so that pages of zeros are seen.
    private int ChunkAt(GranulePlan plan, GranuleRun run, ulong offset, ulong length)
    {
        int count = (int)Math.Min(length - offset, (ulong)node.Options.ChunkBytes);
        ulong endInPart = 0;
        foreach (PartRange range in plan.RangesOf(run, offset, (ulong)count))
        {
            endInPart = range.Offset + range.LengthBytes;
        }

        int beyondPage = (int)(endInPart % AddressRange.PageBytes);
        return offset + (ulong)count < length && beyondPage < count ? count - beyondPage : count;
    }

    private ulong KnownZeros(OpenedImage opened, GranuleRun run, ulong offset, ulong length)
    {
        foreach (PartRange range in opened.Plan.RangesOf(run, offset, length - offset))
        {
            ulong zeros = opened.Image.KnownZeroBytes(session, range);
            return zeros < LeastZeroBytes ? 0 : zeros;
        }

        return 0;
    }

    // Sends what was read into the buffer: runs of pages of zeros by their length, what is between them as chunks.
    private async ValueTask<ulong> SendChunkAsync(
        OpenedImage opened, GranuleRun run, ulong offset, int count, ulong requestId, CancellationToken cancellationToken)
    {
        int begin = 0, position = 0;
        ulong zeroBytes = 0;
        foreach (PartRange range in opened.Plan.RangesOf(run, offset, (ulong)count))
        {
            int end = position + (int)range.LengthBytes;
            while (position < end)
            {
                int length = opened.Image.IsMemory(range.Part) ? Run(position, end, out bool isZero) : Whole(position, end, out isZero);
                if (isZero && length >= LeastZeroBytes)
                {
                    await SendBytesAsync(opened, run, offset, begin, position, requestId, cancellationToken);
                    await AddZerosAsync(opened, run, offset + (ulong)position, (ulong)length, requestId, cancellationToken);
                    zeroBytes += (ulong)length;
                    begin = position + length;
                }

                position += length;
            }
        }

        await SendBytesAsync(opened, run, offset, begin, count, requestId, cancellationToken);
        return (ulong)count - zeroBytes;
    }

    private int Run(int position, int end, out bool isZero) =>
        ZeroPages.RunLength(_chunk.AsSpan(GranuleChunkHeader.LengthBytes + position, end - position), out isZero);

    private static int Whole(int position, int end, out bool isZero)
    {
        isZero = false;
        return end - position;
    }

    // The head goes just before the bytes: what stood there was sent, or is zero.
    private async ValueTask SendBytesAsync(
        OpenedImage opened, GranuleRun run, ulong offset, int begin, int end, ulong requestId, CancellationToken cancellationToken)
    {
        if (begin == end)
        {
            return;
        }

        await SendZerosAsync(requestId, cancellationToken);
        (int granule, ulong offsetThere) = opened.Plan.Locate(run.First, offset + (ulong)begin);
        bool isLast = opened.Plan.EndsGranule(run, offset + (ulong)end);
        Memory<byte> payload = _chunk.AsMemory(begin, GranuleChunkHeader.LengthBytes + end - begin);
        GranuleChunkHeader header = new(granule, offsetThere, isLast, ReadNs());
        if (_codec != BlockCodec.None && Compress(header, payload.Span[GranuleChunkHeader.LengthBytes..]) is > 0 and var packedBytes)
        {
            await channel.SendAsync(MessageKind.GranuleBlock, requestId, _packed.AsMemory(0, packedBytes), cancellationToken);
            return;
        }

        header.Write(payload.Span);
        await channel.SendAsync(MessageKind.GranuleChunk, requestId, payload, cancellationToken);
    }

    private uint ReadNs() => (uint)Math.Min(Stopwatch.GetElapsedTime(_readStart).TotalNanoseconds, uint.MaxValue);

    // Gives the length of the block with its head, or 0 where the bytes do not shrink.
    private int Compress(GranuleChunkHeader header, ReadOnlySpan<byte> plain)
    {
        int room = plain.Length - BlockHeadBytes - 1;
        int count = room > 0 ? _compression.Compress(_codec, plain, _packed.AsSpan(GranuleBlockHeader.LengthBytes, room)) : 0;
        if (count == 0)
        {
            return 0;
        }

        new GranuleBlockHeader(header, _codec, plain.Length).Write(_packed);
        return GranuleBlockHeader.LengthBytes + count;
    }

    private async ValueTask AddZerosAsync(
        OpenedImage opened, GranuleRun run, ulong offset, ulong length, ulong requestId, CancellationToken cancellationToken)
    {
        if (_zeros is null)
        {
            (int granule, ulong offsetThere) = opened.Plan.Locate(run.First, offset);
            _zeros = new GranuleZerosMessage(granule, offsetThere, length, ReadNs());
        }
        else
        {
            _zeros = _zeros with { LengthBytes = _zeros.LengthBytes + length };
        }

        if (_zeros.LengthBytes >= MostZeroBytes)
        {
            await SendZerosAsync(requestId, cancellationToken);
            await channel.FlushAsync(cancellationToken);
        }
    }

    private async ValueTask SendZerosAsync(ulong requestId, CancellationToken cancellationToken)
    {
        if (_zeros is { } zeros)
        {
            _zeros = null;
            await channel.WriteAsync(zeros, requestId, cancellationToken);
        }
    }
}

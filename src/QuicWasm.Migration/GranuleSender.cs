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
    private OpenedImage _opened = null!;
    private ulong _requestId;
    private GranuleRun _run;
    private BlockCodec _codec;
    private byte[]? _packed;
    private byte[]? _chunk;
    private GranuleZerosMessage? _zeros;
    private long _readStart;

    /// <summary>Answers a request for granules.</summary>
    public async ValueTask SendAsync(OpenedImage opened, GetGranulesMessage get, ulong requestId, CancellationToken cancellationToken)
    {
        _chunk ??= ArrayPool<byte>.Shared.Rent(GranuleChunkHeader.LengthBytes + node.Options.ChunkBytes);
        (_opened, _requestId, _codec, _zeros) = (opened, requestId, get.Codec, null);
        if (_codec != BlockCodec.None)
        {
            _packed ??= ArrayPool<byte>.Shared.Rent(GranuleBlockHeader.LengthBytes + node.Options.ChunkBytes);
        }

        foreach (GranuleRun run in get.Runs)
        {
            _run = run;
            node.Count(run.Count, await SendRunAsync(cancellationToken));
            await SendZerosAsync(cancellationToken);
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
    private async ValueTask<ulong> SendRunAsync(CancellationToken cancellationToken)
    {
        ulong length = _opened.Plan.LengthOf(_run), sent = 0;
        for (ulong offset = 0; offset < length;)
        {
            _readStart = Stopwatch.GetTimestamp();
            ulong zeros = KnownZeros(offset, length);
            if (zeros > 0)
            {
                await AddZerosAsync(offset, zeros, cancellationToken);
                offset += zeros;
                continue;
            }

            int count = ChunkAt(offset, length);
            _opened.Image.Read(session, _opened.Plan.RangesOf(_run, offset, (ulong)count), _chunk.AsSpan(GranuleChunkHeader.LengthBytes));
            sent += await SendChunkAsync(offset, count, cancellationToken);
            offset += (ulong)count;
        }

        return sent;
    }

    // A chunk that is not the last ends with a page of its part, so that pages of zeros are seen.
    private int ChunkAt(ulong offset, ulong length)
    {
        int count = (int)Math.Min(length - offset, (ulong)node.Options.ChunkBytes);
        ulong endInPart = 0;
        foreach (PartRange range in _opened.Plan.RangesOf(_run, offset, (ulong)count))
        {
            endInPart = range.Offset + range.LengthBytes;
        }

        int beyondPage = (int)(endInPart % AddressRange.PageBytes);
        return offset + (ulong)count < length && beyondPage < count ? count - beyondPage : count;
    }

    private ulong KnownZeros(ulong offset, ulong length)
    {
        foreach (PartRange range in _opened.Plan.RangesOf(_run, offset, length - offset))
        {
            ulong zeros = _opened.Image.KnownZeroBytes(session, range);
            return zeros < LeastZeroBytes ? 0 : zeros;
        }

        return 0;
    }

    // Sends what was read into the buffer: runs of pages of zeros by their length, what is between them as chunks.
    private async ValueTask<ulong> SendChunkAsync(ulong offset, int count, CancellationToken cancellationToken)
    {
        int begin = 0, position = 0;
        ulong zeroBytes = 0;
        foreach (PartRange range in _opened.Plan.RangesOf(_run, offset, (ulong)count))
        {
            int end = position + (int)range.LengthBytes;
            while (position < end)
            {
                int length = _opened.Image.IsMemory(range.Part) ? Run(position, end, out bool isZero) : Whole(position, end, out isZero);
                if (isZero && length >= LeastZeroBytes)
                {
                    await SendBytesAsync(offset, begin, position, cancellationToken);
                    await AddZerosAsync(offset + (ulong)position, (ulong)length, cancellationToken);
                    zeroBytes += (ulong)length;
                    begin = position + length;
                }

                position += length;
            }
        }

        await SendBytesAsync(offset, begin, count, cancellationToken);
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
    private async ValueTask SendBytesAsync(ulong offset, int begin, int end, CancellationToken cancellationToken)
    {
        if (begin == end)
        {
            return;
        }

        await SendZerosAsync(cancellationToken);
        (int granule, ulong offsetThere) = _opened.Plan.Locate(_run.First, offset + (ulong)begin);
        bool isLast = _opened.Plan.EndsGranule(_run, offset + (ulong)end);
        Memory<byte> payload = _chunk.AsMemory(begin, GranuleChunkHeader.LengthBytes + end - begin);
        GranuleChunkHeader header = new(granule, offsetThere, isLast, ReadNs());
        if (_codec != BlockCodec.None && Compress(header, payload.Span[GranuleChunkHeader.LengthBytes..]) is > 0 and var packedBytes)
        {
            await channel.SendAsync(MessageKind.GranuleBlock, _requestId, _packed.AsMemory(0, packedBytes), cancellationToken);
            return;
        }

        header.Write(payload.Span);
        await channel.SendAsync(MessageKind.GranuleChunk, _requestId, payload, cancellationToken);
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

    private async ValueTask AddZerosAsync(ulong offset, ulong length, CancellationToken cancellationToken)
    {
        if (_zeros is null)
        {
            (int granule, ulong offsetThere) = _opened.Plan.Locate(_run.First, offset);
            _zeros = new GranuleZerosMessage(granule, offsetThere, length, ReadNs());
        }
        else
        {
            _zeros = _zeros with { LengthBytes = _zeros.LengthBytes + length };
        }

        if (_zeros.LengthBytes >= MostZeroBytes)
        {
            await SendZerosAsync(cancellationToken);
            await channel.FlushAsync(cancellationToken);
        }
    }

    private async ValueTask SendZerosAsync(CancellationToken cancellationToken)
    {
        if (_zeros is { } zeros)
        {
            _zeros = null;
            await channel.PutAsync(zeros, _requestId, ProtocolLimits.MaxAnswerBytes, cancellationToken);
        }
    }
}

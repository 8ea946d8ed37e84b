using QuicWasm.Native;

namespace QuicWasm.Migration;

/// <summary>
/// Chooses the codec of the next request. With <see cref="Compression.Auto"/> it begins with the cheapest, measures what arrives, and
/// decides once: a link that is faster than the codec goes without, a slow one gets the codec that gains more. Any stream may use it.
/// </summary>
internal sealed class CodecChoice
{
    /// <summary>What must have arrived, from the first byte on, before it decides.</summary>
    private const long SampleBytes = 1 << 20;

    /// <summary>Bytes in a second on the wire from which on compressing costs more than it gains (lz4 yields some 500 MB/s a core).</summary>
    private const double FastLink = 200e6;

    /// <summary>Bytes in a second of memory below which the link leaves the time for zstd.</summary>
    private const double SlowLink = 60e6;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly bool _hasZstd;
    private volatile bool _isDecided;
    private volatile BlockCodec _next;
    private long _firstArrival;
    private long _plainBytes;
    private long _wireBytes;

    private CodecChoice(BlockCodec next, bool isDecided, bool hasZstd, TimeProvider time)
    {
        _next = next;
        _isDecided = isDecided;
        _hasZstd = hasZstd;
        _time = time;
    }

    /// <summary>The codec to ask for now.</summary>
    public BlockCodec Next => _next;

    /// <summary>The codecs that this node has, as Hello says them: a bit for each.</summary>
    public static byte Here => (byte)((BlockCompression.IsHere(BlockCodec.Lz4) ? Bit(BlockCodec.Lz4) : 0) | (BlockCompression.IsHere(BlockCodec.Zstd) ? Bit(BlockCodec.Zstd) : 0));

    /// <summary>The choice between what was asked for and what both sides have.</summary>
    /// <exception cref="MigrationException">One of both has not the library.</exception>
    public static CodecChoice Of(Compression compression, byte peerCodecs, string peer, TimeProvider time)
    {
        if (compression != Compression.Auto)
        {
            var codec = (BlockCodec)compression;
            string name = $"{compression}".ToLowerInvariant();
            string? missing = codec == BlockCodec.None ? null
                : !BlockCompression.IsHere(codec) ? $"{name} is not here"
                : (peerCodecs & Bit(codec)) == 0 ? $"{peer} has no {name}"
                : null;
            return missing is null
                ? new CodecChoice(codec, isDecided: true, hasZstd: false, time)
                : throw new MigrationException(MigrationError.Unsupported, $"{missing}; {BlockCompression.Advice(codec)} there, or use --compression none or auto");
        }

        int both = peerCodecs & Here;
        bool hasLz4 = (both & Bit(BlockCodec.Lz4)) != 0, hasZstd = (both & Bit(BlockCodec.Zstd)) != 0;
        return new CodecChoice(hasLz4 ? BlockCodec.Lz4 : hasZstd ? BlockCodec.Zstd : BlockCodec.None, isDecided: both == 0, hasZstd, time);
    }

    /// <summary>So many bytes have come, over the wire and as they are without compression.</summary>
    public void Arrived(int wireBytes, int plainBytes)
    {
        if (_isDecided)
        {
            return;
        }

        lock (_lock)
        {
            if (_firstArrival == 0)
            {
                // The clock starts with the first bytes: the round trip before them says nothing of the link's rate.
                _firstArrival = _time.GetTimestamp();
                return;
            }

            _wireBytes += wireBytes;
            _plainBytes += plainBytes;
            double seconds = _time.GetElapsedTime(_firstArrival).TotalSeconds;
            if (_isDecided || _plainBytes < SampleBytes || seconds == 0)
            {
                return;
            }

            _isDecided = true;
            _next = _wireBytes / seconds > FastLink ? BlockCodec.None
                : _plainBytes / seconds < SlowLink && _hasZstd ? BlockCodec.Zstd
                : _next;
        }
    }

    private static int Bit(BlockCodec codec) => 1 << ((int)codec - 1);
}

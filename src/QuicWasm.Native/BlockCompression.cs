using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>Compresses and decompresses blocks, each for itself, with the system's libraries. One thread at a time uses it.</summary>
public sealed class BlockCompression : IDisposable
{
    /// <summary>The fastest of zstd's ordinary levels: what is compressed here is on its way.</summary>
    private const int ZstdLevel = 1;

    private static readonly Lazy<bool> HasLz4 = new(() => NativeLibrary.TryLoad(CompressionCalls.Lz4, out _));
    private static readonly Lazy<bool> HasZstd = new(() => NativeLibrary.TryLoad(CompressionCalls.Zstd, out _));

    private ZstdCompressor? _compressor;
    private ZstdDecompressor? _decompressor;

    /// <summary>Whether a codec's library is here.</summary>
    public static bool IsHere(BlockCodec codec) => codec switch
    {
        BlockCodec.None => true,
        BlockCodec.Lz4 => HasLz4.Value,
        BlockCodec.Zstd => HasZstd.Value,
        _ => false,
    };

    /// <summary>What to install for a codec, for messages.</summary>
    public static string Advice(BlockCodec codec) => codec == BlockCodec.Lz4
        ? "install liblz4 (Debian, Ubuntu: apt-get install liblz4-1)"
        : "install libzstd (Debian, Ubuntu: apt-get install libzstd1)";

    /// <summary>Compresses a block into <paramref name="destination"/>.</summary>
    /// <returns>Its length in bytes, or 0 where it does not fit.</returns>
    /// <exception cref="NativeException">The codec's library is not here.</exception>
    public int Compress(BlockCodec codec, ReadOnlySpan<byte> block, Span<byte> destination)
    {
        Require(codec);
        if (codec == BlockCodec.Lz4)
        {
            return CompressionCalls.Lz4Compress(block, destination, block.Length, destination.Length);
        }

        nuint length = CompressionCalls.ZstdCompress(
            _compressor ??= new ZstdCompressor(), destination, (nuint)destination.Length, block, (nuint)block.Length, ZstdLevel);
        return CompressionCalls.ZstdIsError(length) == 0 ? (int)length : 0;
    }

    /// <summary>Decompresses a block that fills <paramref name="destination"/> exactly; nothing is written past that, and nothing is allocated for it.</summary>
    /// <returns>Whether it does; otherwise the block is malformed, and what was written is of no use.</returns>
    /// <exception cref="NativeException">The codec's library is not here.</exception>
    public bool TryDecompress(BlockCodec codec, ReadOnlySpan<byte> compressed, Span<byte> destination)
    {
        Require(codec);
        if (codec == BlockCodec.Lz4)
        {
            return CompressionCalls.Lz4Decompress(compressed, destination, compressed.Length, destination.Length) == destination.Length;
        }

        nuint length = CompressionCalls.ZstdDecompress(
            _decompressor ??= new ZstdDecompressor(), destination, (nuint)destination.Length, compressed, (nuint)compressed.Length);
        return CompressionCalls.ZstdIsError(length) == 0 && length == (nuint)destination.Length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _compressor?.Dispose();
        _decompressor?.Dispose();
    }

    private static void Require(BlockCodec codec)
    {
        if (codec is not (BlockCodec.Lz4 or BlockCodec.Zstd))
        {
            throw new ArgumentOutOfRangeException(nameof(codec), codec, "lz4 or zstd");
        }

        if (!IsHere(codec))
        {
            throw NativeException.NotSupported($"{codec} is not here; {Advice(codec)}");
        }
    }
}

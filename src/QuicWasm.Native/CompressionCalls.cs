using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>liblz4 (lz4.h) and libzstd (zstd.h), of the functions that have been stable since 1.7.0 and 1.3.0.</summary>
internal static partial class CompressionCalls
{
    public const string Lz4 = "liblz4.so.1", Zstd = "libzstd.so.1";

    /// <summary>Gives the length, or 0 where it does not fit.</summary>
    [LibraryImport(Lz4, EntryPoint = "LZ4_compress_default")]
    public static partial int Lz4Compress(ReadOnlySpan<byte> source, Span<byte> destination, int sourceBytes, int capacityBytes);

    /// <summary>Gives the length, or less than 0 where the source is malformed or longer than the capacity; never writes past that.</summary>
    [LibraryImport(Lz4, EntryPoint = "LZ4_decompress_safe")]
    public static partial int Lz4Decompress(ReadOnlySpan<byte> source, Span<byte> destination, int sourceBytes, int capacityBytes);

    [LibraryImport(Zstd, EntryPoint = "ZSTD_createCCtx")]
    public static partial nint ZstdCreateCompressor();

    [LibraryImport(Zstd, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint ZstdFreeCompressor(nint context);

    [LibraryImport(Zstd, EntryPoint = "ZSTD_compressCCtx")]
    public static partial nuint ZstdCompress(
        ZstdCompressor context, Span<byte> destination, nuint capacityBytes, ReadOnlySpan<byte> source, nuint sourceBytes, int level);

    [LibraryImport(Zstd, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint ZstdCreateDecompressor();

    [LibraryImport(Zstd, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint ZstdFreeDecompressor(nint context);

    /// <summary>Whole frames only, straight into the destination: it allocates no window, whatever the frame's header asks for.</summary>
    [LibraryImport(Zstd, EntryPoint = "ZSTD_decompressDCtx")]
    public static partial nuint ZstdDecompress(
        ZstdDecompressor context, Span<byte> destination, nuint capacityBytes, ReadOnlySpan<byte> source, nuint sourceBytes);

    [LibraryImport(Zstd, EntryPoint = "ZSTD_isError")]
    public static partial uint ZstdIsError(nuint result);
}

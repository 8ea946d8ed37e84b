using Microsoft.Win32.SafeHandles;

namespace QuicWasm.Native;

/// <summary>A ZSTD_CCtx: the tables of a compressor, used again for each block.</summary>
internal sealed class ZstdCompressor : SafeHandleZeroOrMinusOneIsInvalid
{
    public ZstdCompressor()
        : base(ownsHandle: true) => SetHandle(CompressionCalls.ZstdCreateCompressor());

    protected override bool ReleaseHandle() => CompressionCalls.ZstdFreeCompressor(handle) == 0;
}

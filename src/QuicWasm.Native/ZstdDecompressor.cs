using Microsoft.Win32.SafeHandles;

namespace QuicWasm.Native;

/// <summary>A ZSTD_DCtx: the tables of a decompressor, used again for each block.</summary>
internal sealed class ZstdDecompressor : SafeHandleZeroOrMinusOneIsInvalid
{
    public ZstdDecompressor()
        : base(ownsHandle: true) => SetHandle(CompressionCalls.ZstdCreateDecompressor());

    protected override bool ReleaseHandle() => CompressionCalls.ZstdFreeDecompressor(handle) == 0;
}

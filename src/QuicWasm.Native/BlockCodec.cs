namespace QuicWasm.Native;

/// <summary>How blocks of bytes are made shorter. The values are those of the wire protocol.</summary>
public enum BlockCodec : byte
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>LZ4 blocks (liblz4): little work, some gain.</summary>
    Lz4 = 1,

    /// <summary>Zstandard frames (libzstd), level 1: more of both.</summary>
    Zstd = 2,
}

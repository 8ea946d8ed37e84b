namespace QuicWasm.Migration;

/// <summary>How the bytes of granules are compressed on their way.</summary>
public enum Compression : byte
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>With LZ4.</summary>
    Lz4 = 1,

    /// <summary>With Zstandard.</summary>
    Zstd = 2,

    /// <summary>As the link is measured to need it.</summary>
    Auto = 3,
}

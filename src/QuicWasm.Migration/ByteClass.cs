namespace QuicWasm.Migration;

/// <summary>Why bytes of a granule travelled.</summary>
public enum ByteClass
{
    /// <summary>They had to arrive before the first instruction.</summary>
    Required,

    /// <summary>The program touched them.</summary>
    Demanded,

    /// <summary>They were fetched before anybody touched them.</summary>
    Prefetched,
}

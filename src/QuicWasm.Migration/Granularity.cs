namespace QuicWasm.Migration;

/// <summary>What a granule is. The numbers are of the protocol.</summary>
public enum Granularity : byte
{
    /// <summary>A page of memory, data, tables, code and the rest.</summary>
    Page = 1,

    /// <summary>A page of memory or data; a whole function, table, global or element segment.</summary>
    Mixture = 2,

    /// <summary>One instance, whatever its kind.</summary>
    Instance = 3,

    /// <summary>A module instance with all it owns.</summary>
    Module = 4,

    /// <summary>The whole image in one piece.</summary>
    WholeBinary = 5,
}

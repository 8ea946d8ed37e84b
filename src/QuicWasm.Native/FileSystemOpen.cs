namespace QuicWasm.Native;

/// <summary>How a file is opened. Every descriptor is closed in child processes, and no open waits for the other end of a FIFO.</summary>
[Flags]
public enum FileSystemOpen
{
    /// <summary>To read, where nothing else is said.</summary>
    None = 0,

    /// <summary>To read.</summary>
    Read = 0x1,

    /// <summary>To write.</summary>
    Write = 0x2,

    /// <summary>Made where there is none.</summary>
    Create = 0x4,

    /// <summary>With <see cref="Create"/>: refused where there is one.</summary>
    Exclusive = 0x8,

    /// <summary>Cut to no bytes.</summary>
    Truncate = 0x10,

    /// <summary>Writes go to the end.</summary>
    Append = 0x20,

    /// <summary>Writes return when the data is on disk.</summary>
    DataSync = 0x40,

    /// <summary>Writes return when data and metadata are on disk.</summary>
    Sync = 0x80,

    /// <summary>Refused where it is not a directory.</summary>
    Directory = 0x100,

    /// <summary>A link as the last component is not followed.</summary>
    NoFollow = 0x200,

    /// <summary>Only names the file: to look at it, and to begin paths at it.</summary>
    PathOnly = 0x400,
}

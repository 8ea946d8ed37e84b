namespace QuicWasm.Native;

/// <summary>What a descriptor or a directory entry is.</summary>
public enum FileSystemKind : byte
{
    /// <summary>Not known, or none of the others.</summary>
    Unknown,

    /// <summary>A block device.</summary>
    BlockDevice,

    /// <summary>A character device, such as a terminal.</summary>
    CharacterDevice,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A regular file.</summary>
    RegularFile,

    /// <summary>A socket of datagrams.</summary>
    DatagramSocket,

    /// <summary>A socket of a byte stream.</summary>
    StreamSocket,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,

    /// <summary>A pipe or FIFO.</summary>
    Pipe,
}

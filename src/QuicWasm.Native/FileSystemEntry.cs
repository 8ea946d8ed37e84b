namespace QuicWasm.Native;

/// <summary>One entry of a directory.</summary>
/// <param name="Name">Its name, in the file system's bytes.</param>
/// <param name="Inode">Its number, or 0 where it is not known.</param>
/// <param name="Kind">What it is, where the file system says so.</param>
public sealed record FileSystemEntry(ReadOnlyMemory<byte> Name, ulong Inode, FileSystemKind Kind);

namespace QuicWasm.Native;

/// <summary>What the system says of a file; times are nanoseconds since 1970.</summary>
/// <param name="Device">The device it lies on.</param>
/// <param name="Inode">Its number there.</param>
/// <param name="Kind">What it is.</param>
/// <param name="LinkCount">How many names it has.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="AccessedNs">When it was last read.</param>
/// <param name="ModifiedNs">When it was last written.</param>
/// <param name="ChangedNs">When its metadata last changed.</param>
public readonly record struct FileSystemStatus(
    ulong Device, ulong Inode, FileSystemKind Kind, ulong LinkCount, ulong SizeBytes, ulong AccessedNs, ulong ModifiedNs, ulong ChangedNs);

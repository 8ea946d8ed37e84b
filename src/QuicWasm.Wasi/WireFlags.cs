namespace QuicWasm.Wasi;

/// <summary>Flags of a descriptor (witx: fdflags).</summary>
[Flags]
internal enum FdFlags : ushort
{
    None = 0,
    Append = 1,
    DataSync = 2,
    NonBlocking = 4,
    ReadSync = 8,
    Sync = 16,
    All = 31,
}

/// <summary>How path_open opens (witx: oflags).</summary>
[Flags]
internal enum OpenFlags : uint
{
    None = 0,
    Create = 1,
    Directory = 2,
    Exclusive = 4,
    Truncate = 8,
    All = 15,
}

/// <summary>Which times to set (witx: fstflags).</summary>
[Flags]
internal enum TimeFlags : uint
{
    None = 0,
    Accessed = 1,
    AccessedNow = 2,
    Modified = 4,
    ModifiedNow = 8,
    All = 15,
}

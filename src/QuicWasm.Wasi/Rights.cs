using QuicWasm.Native;

namespace QuicWasm.Wasi;

/// <summary>What may be done with a descriptor (witx: rights).</summary>
[Flags]
internal enum Rights : ulong
{
    None = 0,
    FdDatasync = 1UL << 0,
    FdRead = 1UL << 1,
    FdSeek = 1UL << 2,
    FdFdstatSetFlags = 1UL << 3,
    FdSync = 1UL << 4,
    FdTell = 1UL << 5,
    FdWrite = 1UL << 6,
    FdAdvise = 1UL << 7,
    FdAllocate = 1UL << 8,
    PathCreateDirectory = 1UL << 9,
    PathCreateFile = 1UL << 10,
    PathLinkSource = 1UL << 11,
    PathLinkTarget = 1UL << 12,
    PathOpen = 1UL << 13,
    FdReaddir = 1UL << 14,
    PathReadlink = 1UL << 15,
    PathRenameSource = 1UL << 16,
    PathRenameTarget = 1UL << 17,
    PathFilestatGet = 1UL << 18,
    PathFilestatSetSize = 1UL << 19,
    PathFilestatSetTimes = 1UL << 20,
    FdFilestatGet = 1UL << 21,
    FdFilestatSetSize = 1UL << 22,
    FdFilestatSetTimes = 1UL << 23,
    PathSymlink = 1UL << 24,
    PathRemoveDirectory = 1UL << 25,
    PathUnlinkFile = 1UL << 26,
    PollFdReadwrite = 1UL << 27,
    SockShutdown = 1UL << 28,
    SockAccept = 1UL << 29,
    All = (1UL << 30) - 1,
}

/// <summary>Which rights mean something for a kind of file.</summary>
internal static class RightsFacts
{
    /// <summary>Rights to change a file's bytes: who asks for one of them opens the file to write.</summary>
    public const Rights Writing = Rights.FdWrite | Rights.FdAllocate | Rights.FdFilestatSetSize;

    private const Rights Stream = Rights.FdRead | Rights.FdWrite | Rights.FdFdstatSetFlags | Rights.FdFilestatGet | Rights.PollFdReadwrite;

    private const Rights File = Stream | Rights.FdDatasync | Rights.FdSync | Rights.FdSeek | Rights.FdTell | Rights.FdAdvise | Rights.FdAllocate
        | Rights.FdFilestatSetSize | Rights.FdFilestatSetTimes;

    private const Rights Directory = Rights.FdFdstatSetFlags | Rights.FdSync | Rights.FdDatasync | Rights.FdAdvise | Rights.FdReaddir
        | Rights.FdFilestatGet | Rights.FdFilestatSetTimes | Rights.PollFdReadwrite | Rights.PathCreateDirectory | Rights.PathCreateFile
        | Rights.PathLinkSource | Rights.PathLinkTarget | Rights.PathOpen | Rights.PathReadlink | Rights.PathRenameSource | Rights.PathRenameTarget
        | Rights.PathFilestatGet | Rights.PathFilestatSetSize | Rights.PathFilestatSetTimes | Rights.PathSymlink | Rights.PathRemoveDirectory
        | Rights.PathUnlinkFile;

    /// <summary>The rights that apply to a kind. A terminal has none to seek: by that libc knows it.</summary>
    public static Rights Of(FileSystemKind kind) => kind switch
    {
        FileSystemKind.Directory => Directory,
        FileSystemKind.RegularFile or FileSystemKind.BlockDevice => File,
        FileSystemKind.StreamSocket or FileSystemKind.DatagramSocket => Stream | Rights.SockShutdown | Rights.SockAccept,
        _ => Stream,
    };
}

using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>The file system's calls (Linux). Layouts and numbers are those of 64-bit systems.</summary>
internal static unsafe partial class FileSystemCalls
{
    public const int AtCurrentDirectory = -100, AtSymlinkNoFollow = 0x100, AtRemoveDirectory = 0x200, AtSymlinkFollow = 0x400, AtEmptyPath = 0x1000;
    public const int Eperm = 1, Eintr = 4, Enxio = 6, Eagain = 11, Enotdir = 20, Einval = 22, Exdev = 18, Enametoolong = 36, Enosys = 38, Eloop = 40;
    public const int Enoent = 2, Eexist = 17;
    public const int OpenReadOnly = 0, OpenWriteOnly = 1, OpenReadWrite = 2, OpenCreate = 0x40, OpenExclusive = 0x80, OpenNoTerminal = 0x100;
    public const int OpenTruncate = 0x200, OpenAppend = 0x400, OpenNonBlocking = 0x800, OpenDataSync = 0x1000, OpenSync = 0x101000;
    public const int OpenCloseOnExec = 0x80000, OpenPath = 0x200000;
    public const int GetFlags = 3, SetFlags = 4;
    public const int ResolveNoMagicLinks = 0x2, ResolveBeneath = 0x8;
    public const uint StatusBasic = 0x7ff;
    public const nuint BytesReadable = 0x541b;
    public const int SolSocket = 1, SoType = 3, MessagePeek = 0x2, MessageTruncated = 0x20, MessageDontWait = 0x40, MessageNoSignal = 0x4000;
    public const int SocketCloseOnExec = 0x80000, SocketNonBlocking = 0x800;
    private const int CallOpen2 = 437;

    /// <summary>O_DIRECTORY and O_NOFOLLOW have values of their own on Arm.</summary>
    public static int OpenDirectory { get; } = IsArm ? 0x4000 : 0x10000;

    /// <summary>See <see cref="OpenDirectory"/>.</summary>
    public static int OpenNoFollow { get; } = IsArm ? 0x8000 : 0x20000;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 or Architecture.Armv6;

    private static nint CallReadEntries { get; } = RuntimeInformation.ProcessArchitecture is Architecture.X64 ? 217 : 61;

    public static int Open2(SafeHandle directory, byte* path, OpenHow* how) => (int)SystemCall4(CallOpen2, directory, path, how, (nuint)sizeof(OpenHow));

    public static int Open2(int directory, byte* path, OpenHow* how) => (int)SystemCall4(CallOpen2, directory, path, how, (nuint)sizeof(OpenHow));

    public static nint ReadEntries(SafeHandle directory, byte* buffer, nuint lengthBytes) => SystemCall3(CallReadEntries, directory, buffer, lengthBytes);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(int directory, byte* path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    public static partial int Status(SafeHandle descriptor, byte* path, int flags, uint mask, StatusRecord* status);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true)]
    public static partial nint ReadLink(int directory, byte* path, byte* buffer, nuint lengthBytes);

    [LibraryImport("libc", EntryPoint = "readv", SetLastError = true)]
    public static partial nint Read(SafeHandle descriptor, FileSystemVector* vectors, int count);

    [LibraryImport("libc", EntryPoint = "writev", SetLastError = true)]
    public static partial nint Write(SafeHandle descriptor, FileSystemVector* vectors, int count);

    [LibraryImport("libc", EntryPoint = "preadv", SetLastError = true)]
    public static partial nint ReadAt(SafeHandle descriptor, FileSystemVector* vectors, int count, long offset);

    [LibraryImport("libc", EntryPoint = "pwritev", SetLastError = true)]
    public static partial nint WriteAt(SafeHandle descriptor, FileSystemVector* vectors, int count, long offset);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(SafeHandle descriptor, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Synchronize(SafeHandle descriptor);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SynchronizeData(SafeHandle descriptor);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(SafeHandle descriptor, long lengthBytes);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(SafeHandle descriptor, int mode, long offset, long lengthBytes);

    /// <summary>Gives the error number itself.</summary>
    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    public static partial int Advise(SafeHandle descriptor, long offset, long lengthBytes, int advice);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(SafeHandle descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int DeviceControl(SafeHandle descriptor, nuint request, int* argument);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true)]
    public static partial int SetTimes(SafeHandle directory, byte* path, FileSystemTime* times, int flags);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    public static partial int CreateDirectory(SafeHandle directory, byte* name, uint mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int Unlink(SafeHandle directory, byte* name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    public static partial int Rename(SafeHandle oldDirectory, byte* oldName, SafeHandle newDirectory, byte* newName);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true)]
    public static partial int Link(SafeHandle oldDirectory, byte* oldName, SafeHandle newDirectory, byte* newName, int flags);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true)]
    public static partial int SymbolicLink(byte* target, SafeHandle directory, byte* name);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(SafeHandle socket, nint address, nint addressLength, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    public static partial nint Receive(SafeHandle socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    public static partial nint Send(SafeHandle socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(SafeHandle socket, int how);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int SocketOption(SafeHandle socket, int level, int name, int* value, uint* lengthBytes);

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    public static partial int ClockTime(int clock, long* secondsAndNanoseconds);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall4(nint number, SafeHandle directory, byte* path, OpenHow* how, nuint lengthBytes);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall4(nint number, nint directory, byte* path, OpenHow* how, nuint lengthBytes);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall3(nint number, SafeHandle directory, byte* buffer, nuint lengthBytes);

    /// <summary>struct open_how.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct OpenHow
    {
        public ulong Flags, Mode, Resolve;
    }

    /// <summary>struct statx.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    public struct StatusRecord
    {
        public uint Mask, BlockBytes;
        public ulong Attributes;
        public uint LinkCount, User, Group;
        public ushort Mode, Spare;
        public ulong Inode, SizeBytes, BlockCount, AttributesMask;
        public StatusTime Accessed, Born, Changed, Modified;
        public uint SpecialMajor, SpecialMinor, DeviceMajor, DeviceMinor;
    }

    /// <summary>struct statx_timestamp.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct StatusTime
    {
        public long Seconds;
        public uint Nanoseconds;
        public int Spare;
    }

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public nint Name;
        public uint NameLength;
        public FileSystemVector* Vectors;
        public nuint VectorCount;
        public nint Control;
        public nuint ControlLength;
        public int Flags;
    }
}

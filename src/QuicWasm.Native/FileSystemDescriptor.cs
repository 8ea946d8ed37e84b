using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using static QuicWasm.Native.FileSystemCalls;

namespace QuicWasm.Native;

/// <summary>
/// An open file, directory, pipe or socket of the system (Linux). Its calls do not throw: a negative result is the system's
/// error number, negated. Paths are bytes without a zero, relative to a directory, and never lead out of it.
/// </summary>
public sealed unsafe partial class FileSystemDescriptor : SafeHandleMinusOneIsInvalid
{
    private FileSystemDescriptor(int descriptor, bool ownsHandle)
        : base(ownsHandle) => SetHandle(descriptor);

    /// <summary>The system's number: to be polled. Owned by this object.</summary>
    public int Number => (int)handle;

    /// <summary>Opens a folder of the host by its path.</summary>
    /// <exception cref="NativeException">It is not there, is no folder, or may not be read; or the system is not Linux.</exception>
    public static FileSystemDescriptor OpenFolder(string path)
    {
        RequireLinux();
        fixed (byte* bytes = Encoding.UTF8.GetBytes(path + '\0'))
        {
            int opened = OpenAt(AtCurrentDirectory, bytes, OpenReadOnly | OpenDirectory | OpenCloseOnExec, 0);
            return opened >= 0 ? new FileSystemDescriptor(opened, true) : throw NativeException.FromLastError($"cannot open the folder {path}");
        }
    }

    /// <summary>Uses a descriptor that somebody else owns.</summary>
    /// <exception cref="NativeException">The system is not Linux.</exception>
    public static FileSystemDescriptor Borrow(int number)
    {
        RequireLinux();
        return new FileSystemDescriptor(number, false);
    }

    /// <summary>What the system says of it.</summary>
    public int Status(out FileSystemStatus status)
    {
        StatusRecord record;
        byte empty = 0;
        int error = Finish(FileSystemCalls.Status(this, &empty, AtEmptyPath, StatusBasic, &record));
        status = error < 0 ? default : ToStatus(record);
        return error;
    }

    /// <summary>Moves the position, and gives it.</summary>
    /// <param name="offset">How far.</param>
    /// <param name="whence">0: from the beginning; 1: from the present position; 2: from the end.</param>
    public long Seek(long offset, int whence) => Finish(FileSystemCalls.Seek(this, offset, whence));

    /// <summary>Puts data and metadata on disk.</summary>
    public int Synchronize() => Finish(FileSystemCalls.Synchronize(this));

    /// <summary>Puts the data on disk.</summary>
    public int SynchronizeData() => Finish(FileSystemCalls.SynchronizeData(this));

    /// <summary>Sets the size.</summary>
    public int Truncate(long lengthBytes) => Finish(FileSystemCalls.Truncate(this, lengthBytes));

    /// <summary>Makes sure that there is space on disk; the file grows to hold it.</summary>
    public int Allocate(long offset, long lengthBytes) => Finish(FileSystemCalls.Allocate(this, 0, offset, lengthBytes));

    /// <summary>Tells the system how the file will be used; the numbers of POSIX_FADV.</summary>
    public int Advise(long offset, long lengthBytes, int advice) => -FileSystemCalls.Advise(this, offset, lengthBytes, advice);

    /// <summary>Turns appending on or off.</summary>
    public int SetAppend(bool append)
    {
        int flags = Finish(Control(this, GetFlags, 0));
        return flags < 0 ? flags : Finish(Control(this, SetFlags, append ? flags | OpenAppend : flags & ~OpenAppend));
    }

    /// <summary>Sets the times of access and modification, of the file itself, also where it was opened by path only.</summary>
    public int SetTimes(FileSystemTime accessed, FileSystemTime modified)
    {
        FileSystemTime* times = stackalloc FileSystemTime[] { accessed, modified };
        byte empty = 0;
        return Finish(FileSystemCalls.SetTimes(this, &empty, times, AtEmptyPath));
    }

    /// <summary>How many bytes can be read without waiting, of a pipe, terminal or socket.</summary>
    public int AvailableBytes()
    {
        int count = 0;
        int error = Finish(DeviceControl(this, BytesReadable, &count));
        return error < 0 ? error : count;
    }

    /// <summary>The target of the link that was opened by path only.</summary>
    /// <param name="buffer">Where the target goes, cut off where it is longer.</param>
    public int ReadLinkTarget(Span<byte> buffer)
    {
        byte empty = 0;
        fixed (byte* bytes = buffer)
        {
            return (int)Finish(ReadLink(Number, &empty, bytes, (nuint)buffer.Length));
        }
    }

    /// <summary>The path by which the host knows the file now, ending in " (deleted)" where the name is gone; null where it cannot be told.</summary>
    public byte[]? HostPath()
    {
        Span<byte> buffer = stackalloc byte[2 * PathLimit];
        fixed (byte* link = Encoding.ASCII.GetBytes($"/proc/self/fd/{Number}\0"), bytes = buffer)
        {
            nint length = ReadLink(AtCurrentDirectory, link, bytes, (nuint)buffer.Length);
            return length <= 0 || length == buffer.Length ? null : buffer[..(int)length].ToArray();
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => FileSystemCalls.Close(Number) == 0;

    internal static FileSystemDescriptor Own(int number) => new(number, true);

    private static void RequireLinux()
    {
        if (!OperatingSystem.IsLinux() || nint.Size != 8)
        {
            throw NativeException.NotSupported("files and sockets of programs need 64-bit Linux");
        }
    }

    private static FileSystemKind KindOf(uint format) => format switch
    {
        1 => FileSystemKind.Pipe,
        2 => FileSystemKind.CharacterDevice,
        4 => FileSystemKind.Directory,
        6 => FileSystemKind.BlockDevice,
        8 => FileSystemKind.RegularFile,
        10 => FileSystemKind.SymbolicLink,
        12 => FileSystemKind.StreamSocket,
        _ => FileSystemKind.Unknown,
    };

    private static ulong Nanoseconds(StatusTime time) => time.Seconds < 0 ? 0 : ((ulong)time.Seconds * 1_000_000_000) + time.Nanoseconds;

    private static int Finish(int result) => result >= 0 ? result : -Marshal.GetLastPInvokeError();

    private static long Finish(long result) => result >= 0 ? result : -Marshal.GetLastPInvokeError();

    private FileSystemStatus ToStatus(in StatusRecord record)
    {
        FileSystemKind kind = KindOf((uint)record.Mode >> 12);
        if (kind == FileSystemKind.StreamSocket)
        {
            int type = 0;
            uint length = sizeof(int);
            kind = SocketOption(this, SolSocket, SoType, &type, &length) == 0 && type != 1 ? FileSystemKind.DatagramSocket : kind;
        }

        return new FileSystemStatus(
            ((ulong)record.DeviceMajor << 32) | record.DeviceMinor, record.Inode, kind, record.LinkCount, record.SizeBytes,
            Nanoseconds(record.Accessed), Nanoseconds(record.Modified), Nanoseconds(record.Changed));
    }
}

using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>path_open.</summary>
internal sealed class PathOpenCall(ProgramState state)
{
    private const uint FollowFlag = 1;

    public void Register(CallTable table) => table.Add("path_open", "iiiiillii", Open);

    private Errno Open(in HostCall call)
    {
        var flags = (OpenFlags)call.U32(4);
        var fdFlags = (FdFlags)call.U32(7);
        var rights = (Rights)call.U64(5) & Rights.All;
        var inheriting = (Rights)call.U64(6) & Rights.All;
        if ((flags & ~OpenFlags.All) != 0 || call.U32(7) > (uint)FdFlags.All || call.U32(1) > FollowFlag
            || (flags & (OpenFlags.Create | OpenFlags.Directory)) == (OpenFlags.Create | OpenFlags.Directory))
        {
            return Errno.Inval;
        }

        Errno errno = state.Descriptors.FindDirectory(call.U32(0), NeededOf(flags), out Descriptor directory);
        errno = errno == Errno.Success ? call.Path(2, out _) : errno;
        if (errno != Errno.Success)
        {
            return errno;
        }

        Rights needed = rights | inheriting | NeededOf(fdFlags);
        if ((directory.Inheriting & needed) != needed)
        {
            return Errno.NotCapable;
        }

        if (state.Descriptors.IsFull)
        {
            return Errno.MFile;
        }

        Span<byte> result = call.Result4(8);
        FileSystemOpen how = ToSystem(flags, fdFlags, rights, call.U32(1) == FollowFlag);
        ReadOnlySpan<byte> path = call.Bytes(call.U32(2), call.U32(3));
        errno = directory.IsReadOnly ? OpenReadOnly(directory, path, how, out IOpenFile? file)
            : directory.File!.Open(path, how, out file);
        FileSystemStatus status = default;
        errno = errno == Errno.Success ? file!.Status(out status) : errno;
        if (errno != Errno.Success)
        {
            file?.Dispose();
            return errno;
        }

        var opened = MakeDescriptor(directory, path, file!, status.Kind, how);
        opened.Base = rights & RightsFacts.Of(opened.FileKind);
        opened.Inheriting = inheriting;
        opened.Flags = fdFlags;
        result.Put((uint)state.Descriptors.Add(opened));
        return Errno.Success;
    }

    private static Rights NeededOf(OpenFlags flags) => Rights.PathOpen
        | ((flags & OpenFlags.Create) != 0 ? Rights.PathCreateFile : Rights.None)
        | ((flags & OpenFlags.Truncate) != 0 ? Rights.PathFilestatSetSize : Rights.None);

    private static Rights NeededOf(FdFlags flags) =>
        ((flags & FdFlags.DataSync) != 0 ? Rights.FdDatasync : Rights.None)
        | ((flags & (FdFlags.Sync | FdFlags.ReadSync)) != 0 ? Rights.FdSync : Rights.None);

    private static FileSystemOpen ToSystem(OpenFlags flags, FdFlags fdFlags, Rights rights, bool follow)
    {
        bool isDirectory = (flags & OpenFlags.Directory) != 0;
        bool writes = (rights & (isDirectory ? Rights.FdWrite : RightsFacts.Writing)) != 0;
        bool reads = (rights & (Rights.FdRead | Rights.FdReaddir)) != 0 || !writes;
        return (reads ? FileSystemOpen.Read : FileSystemOpen.None)
            | (writes ? FileSystemOpen.Write : FileSystemOpen.None)
            | (isDirectory ? FileSystemOpen.Directory : FileSystemOpen.None)
            | ((flags & OpenFlags.Create) != 0 ? FileSystemOpen.Create : FileSystemOpen.None)
            | ((flags & OpenFlags.Exclusive) != 0 ? FileSystemOpen.Exclusive : FileSystemOpen.None)
            | ((flags & OpenFlags.Truncate) != 0 ? FileSystemOpen.Truncate : FileSystemOpen.None)
            | (follow ? FileSystemOpen.None : FileSystemOpen.NoFollow)
            | FlagsOf(fdFlags);
    }

    /// <summary>The flags that stay with the open file.</summary>
    public static FileSystemOpen FlagsOf(FdFlags flags) =>
        ((flags & FdFlags.Append) != 0 ? FileSystemOpen.Append : FileSystemOpen.None)
        | ((flags & FdFlags.DataSync) != 0 ? FileSystemOpen.DataSync : FileSystemOpen.None)
        | ((flags & (FdFlags.Sync | FdFlags.ReadSync)) != 0 ? FileSystemOpen.Sync : FileSystemOpen.None);

    /// <summary>As on a file system that is mounted read-only: what is there can be opened to read.</summary>
    private static Errno OpenReadOnly(Descriptor directory, ReadOnlySpan<byte> path, FileSystemOpen how, out IOpenFile? opened)
    {
        FileSystemOpen reading = how & ~(FileSystemOpen.Create | FileSystemOpen.Exclusive | FileSystemOpen.Truncate | FileSystemOpen.Write);
        Errno errno = directory.File!.Open(path, reading, out opened);
        if (errno == Errno.NoEnt && (how & FileSystemOpen.Create) != 0)
        {
            return Errno.RoFs;
        }

        if (errno == Errno.Success && reading != (how & ~FileSystemOpen.Create))
        {
            opened!.Dispose();
            opened = null;
            return (how & FileSystemOpen.Exclusive) != 0 ? Errno.Exist : Errno.RoFs;
        }

        return errno;
    }

    private static Descriptor MakeDescriptor(Descriptor directory, ReadOnlySpan<byte> path, IOpenFile file, FileSystemKind kind, FileSystemOpen how)
    {
        return new Descriptor(kind == FileSystemKind.Directory ? DescriptorKind.Directory : DescriptorKind.File, kind)
        {
            File = file,
            Preopen = directory.Preopen,
            Path = directory.Path.Length == 0 ? path.ToArray() : [.. directory.Path, .. "/"u8, .. path],
            Access = how & (FileSystemOpen.Read | FileSystemOpen.Write),
        };
    }
}

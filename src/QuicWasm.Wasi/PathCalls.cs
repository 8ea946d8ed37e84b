using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>Names and links: path_unlink_file, path_rename, path_link, path_symlink, path_readlink, and status and times by path.</summary>
internal sealed class PathCalls(ProgramState state)
{
    private const uint FollowFlag = 1;

    public void Register(CallTable table)
    {
        table.Add("path_unlink_file", "iii", Unlink);
        table.Add("path_rename", "iiiiii", Rename);
        table.Add("path_link", "iiiiiii", Link);
        table.Add("path_symlink", "iiiii", SymbolicLink);
        table.Add("path_readlink", "iiiiii", ReadLink);
        table.Add("path_filestat_get", "iiiii", StatusGet);
        table.Add("path_filestat_set_times", "iiiilli", SetTimes);
    }

    private static Errno First(Errno first, Errno second) => first != Errno.Success ? first : second;

    private Errno Unlink(in HostCall call)
    {
        Errno errno = state.Descriptors.FindChangeable(call.U32(0), Rights.PathUnlinkFile, out Descriptor directory);
        errno = First(errno, call.Path(1, out ReadOnlySpan<byte> path));
        return errno == Errno.Success ? directory.File!.UnlinkFile(path) : errno;
    }

    private Errno Rename(in HostCall call)
    {
        Errno errno = state.Descriptors.FindChangeable(call.U32(0), Rights.PathRenameSource, out Descriptor from);
        errno = First(errno, state.Descriptors.FindChangeable(call.U32(3), Rights.PathRenameTarget, out Descriptor to));
        errno = First(errno, call.Path(1, out ReadOnlySpan<byte> path));
        errno = First(errno, call.Path(4, out ReadOnlySpan<byte> newPath));
        return errno == Errno.Success ? from.File!.Rename(path, to.File!, newPath) : errno;
    }

    private Errno Link(in HostCall call)
    {
        Errno errno = state.Descriptors.FindChangeable(call.U32(0), Rights.PathLinkSource, out Descriptor from);
        errno = First(errno, state.Descriptors.FindChangeable(call.U32(4), Rights.PathLinkTarget, out Descriptor to));
        errno = First(errno, call.U32(1) > FollowFlag ? Errno.Inval : Errno.Success);
        errno = First(errno, call.Path(2, out ReadOnlySpan<byte> path));
        errno = First(errno, call.Path(5, out ReadOnlySpan<byte> newPath));
        return errno == Errno.Success ? from.File!.Link(path, call.U32(1) == FollowFlag, to.File!, newPath) : errno;
    }

    private Errno SymbolicLink(in HostCall call)
    {
        Errno errno = state.Descriptors.FindChangeable(call.U32(2), Rights.PathSymlink, out Descriptor directory);
        errno = First(errno, call.Path(0, out ReadOnlySpan<byte> target));
        errno = First(errno, call.Path(3, out ReadOnlySpan<byte> path));

        // An absolute target would mean one thing to the program and another to the host.
        errno = First(errno, target.StartsWith("/"u8) ? Errno.Perm : Errno.Success);
        return errno == Errno.Success ? directory.File!.SymbolicLink(target, path) : errno;
    }

    private Errno ReadLink(in HostCall call)
    {
        Errno errno = state.Descriptors.FindDirectory(call.U32(0), Rights.PathReadlink, out Descriptor directory);
        errno = First(errno, call.Path(1, out ReadOnlySpan<byte> path));
        Span<byte> buffer = call.Bytes(call.U32(3), call.U32(4));
        Span<byte> result = call.Result4(5);
        errno = First(errno, Open(directory, path, false, out IOpenFile? link));
        using (link)
        {
            if (errno != Errno.Success)
            {
                return errno;
            }

            Span<byte> target = stackalloc byte[4096];
            errno = link!.ReadLinkTarget(target, out int length);
            if (errno != Errno.Success)
            {
                return errno;
            }

            length = Math.Min(length, buffer.Length);
            target[..length].CopyTo(buffer);
            result.Put((uint)length);
            return Errno.Success;
        }
    }

    private Errno StatusGet(in HostCall call)
    {
        Errno errno = state.Descriptors.FindDirectory(call.U32(0), Rights.PathFilestatGet, out Descriptor directory);
        errno = First(errno, call.Path(2, out ReadOnlySpan<byte> path));
        Span<byte> result = call.Bytes(call.U32(4), FileStatus.Bytes);
        errno = First(errno, Open(directory, path, call.U32(1) == FollowFlag, out IOpenFile? file));
        using (file)
        {
            FileSystemStatus status = default;
            errno = errno == Errno.Success ? file!.Status(out status) : errno;
            if (errno == Errno.Success)
            {
                FileStatus.Write(result, status);
            }

            return errno;
        }
    }

    private Errno SetTimes(in HostCall call)
    {
        Errno errno = state.Descriptors.FindChangeable(call.U32(0), Rights.PathFilestatSetTimes, out Descriptor directory);
        errno = First(errno, call.Path(2, out ReadOnlySpan<byte> path));
        errno = First(errno, FileStatus.ChooseTimes(
            call.U64(4), call.U64(5), (TimeFlags)call.U32(6), out FileSystemTime accessed, out FileSystemTime modified));
        errno = First(errno, Open(directory, path, call.U32(1) == FollowFlag, out IOpenFile? file));
        using (file)
        {
            return errno == Errno.Success ? file!.SetTimes(accessed, modified) : errno;
        }
    }

    private static Errno Open(Descriptor directory, ReadOnlySpan<byte> path, bool follow, out IOpenFile? opened)
    {
        opened = null;
        FileSystemOpen how = FileSystemOpen.PathOnly | (follow ? FileSystemOpen.None : FileSystemOpen.NoFollow);
        return directory is { File: { } file } && !path.IsEmpty ? file.Open(path, how, out opened) : Errno.NoEnt;
    }
}

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
        return errno == Errno.Success ? SystemErrors.Of(directory.Host!.UnlinkFile(path)) : errno;
    }

    private Errno Rename(in HostCall call)
    {
        Errno errno = state.Descriptors.FindChangeable(call.U32(0), Rights.PathRenameSource, out Descriptor from);
        errno = First(errno, state.Descriptors.FindChangeable(call.U32(3), Rights.PathRenameTarget, out Descriptor to));
        errno = First(errno, call.Path(1, out ReadOnlySpan<byte> path));
        errno = First(errno, call.Path(4, out ReadOnlySpan<byte> newPath));
        return errno == Errno.Success ? SystemErrors.Of(from.Host!.Rename(path, to.Host!, newPath)) : errno;
    }

    private Errno Link(in HostCall call)
    {
        Errno errno = state.Descriptors.FindChangeable(call.U32(0), Rights.PathLinkSource, out Descriptor from);
        errno = First(errno, state.Descriptors.FindChangeable(call.U32(4), Rights.PathLinkTarget, out Descriptor to));
        errno = First(errno, call.U32(1) > FollowFlag ? Errno.Inval : Errno.Success);
        errno = First(errno, call.Path(2, out ReadOnlySpan<byte> path));
        errno = First(errno, call.Path(5, out ReadOnlySpan<byte> newPath));
        return errno == Errno.Success ? SystemErrors.Of(from.Host!.Link(path, call.U32(1) == FollowFlag, to.Host!, newPath)) : errno;
    }

    private Errno SymbolicLink(in HostCall call)
    {
        Errno errno = state.Descriptors.FindChangeable(call.U32(2), Rights.PathSymlink, out Descriptor directory);
        errno = First(errno, call.Path(0, out ReadOnlySpan<byte> target));
        errno = First(errno, call.Path(3, out ReadOnlySpan<byte> path));

        // An absolute target would mean one thing to the program and another to the host.
        errno = First(errno, target.StartsWith("/"u8) ? Errno.Perm : Errno.Success);
        return errno == Errno.Success ? SystemErrors.Of(directory.Host!.SymbolicLink(target, path)) : errno;
    }

    private Errno ReadLink(in HostCall call)
    {
        Errno errno = state.Descriptors.FindDirectory(call.U32(0), Rights.PathReadlink, out Descriptor directory);
        errno = First(errno, call.Path(1, out ReadOnlySpan<byte> path));
        Span<byte> buffer = call.Bytes(call.U32(3), call.U32(4));
        Span<byte> result = call.Result4(5);
        errno = First(errno, Open(directory, path, false, out FileSystemDescriptor? link));
        using (link)
        {
            if (errno != Errno.Success)
            {
                return errno;
            }

            Span<byte> target = stackalloc byte[4096];
            int length = link!.ReadLinkTarget(target);
            if (length < 0)
            {
                // The system says ENOENT of what is no link.
                return SystemErrors.Of(length) is var error && error == Errno.NoEnt ? Errno.Inval : error;
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
        errno = First(errno, Open(directory, path, call.U32(1) == FollowFlag, out FileSystemDescriptor? file));
        using (file)
        {
            FileSystemStatus status = default;
            errno = errno == Errno.Success ? SystemErrors.Of(file!.Status(out status)) : errno;
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
        errno = First(errno, Open(directory, path, call.U32(1) == FollowFlag, out FileSystemDescriptor? file));
        using (file)
        {
            return errno == Errno.Success ? SystemErrors.Of(file!.SetTimes(accessed, modified)) : errno;
        }
    }

    private static Errno Open(Descriptor directory, ReadOnlySpan<byte> path, bool follow, out FileSystemDescriptor? opened)
    {
        opened = null;
        FileSystemOpen how = FileSystemOpen.PathOnly | (follow ? FileSystemOpen.None : FileSystemOpen.NoFollow);
        return directory is { Host: { } host } && !path.IsEmpty ? SystemErrors.Of(host.OpenBeneath(path, how, out opened)) : Errno.NoEnt;
    }
}

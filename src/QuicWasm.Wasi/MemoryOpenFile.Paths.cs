using System.Text;
using QuicWasm.Native;

namespace QuicWasm.Wasi;

/// <content>Paths that begin at this directory. Errors come in the order in which Linux finds them.</content>
internal sealed partial class MemoryOpenFile
{
    private const int TargetLimit = 4096;

    public Errno ReadEntries(List<FileSystemEntry> entries)
    {
        if (Node is not MemoryDirectory directory)
        {
            return Errno.NotDir;
        }

        entries.Add(new FileSystemEntry("."u8.ToArray(), directory.Inode, FileSystemKind.Directory));
        entries.Add(new FileSystemEntry(".."u8.ToArray(), (directory.Parent ?? directory).Inode, FileSystemKind.Directory));
        foreach ((string name, MemoryNode node) in directory.Entries)
        {
            entries.Add(new FileSystemEntry(Encoding.UTF8.GetBytes(name), node.Inode, node.Kind));
        }

        directory.AccessedNs = _folder.NowNs;
        return Errno.Success;
    }

    public Errno Open(ReadOnlySpan<byte> path, FileSystemOpen how, out IOpenFile? opened)
    {
        opened = null;
        bool creates = (how & FileSystemOpen.Create) != 0, isExclusive = creates && (how & FileSystemOpen.Exclusive) != 0;
        Errno errno = Resolve(path, (how & FileSystemOpen.NoFollow) == 0 && !isExclusive, out MemoryPath at);
        if (errno != Errno.Success || (creates && at.HasSlash))
        {
            return errno != Errno.Success ? errno : Errno.IsDir;
        }

        MemoryNode? node = at.Node;
        if (node is null)
        {
            if (!creates || at.Directory.IsRemoved)
            {
                return Errno.NoEnt;
            }

            node = _folder.Make(at.Directory, at.Name, inode => new MemoryFile(inode, _folder.Quota));
        }
        else
        {
            errno = isExclusive ? Errno.Exist : CheckOpen(node, how);
        }

        if (errno != Errno.Success || node is null)
        {
            return errno != Errno.Success ? errno : Errno.NoSpc;
        }

        if ((how & FileSystemOpen.Truncate) != 0 && node is MemoryFile file)
        {
            file.SetLength(0);
            file.Modify(_folder.NowNs);
        }

        opened = new MemoryOpenFile(_folder, node, how);
        return Errno.Success;
    }

    public Errno CreateDirectory(ReadOnlySpan<byte> path)
    {
        Errno errno = LocateFree(path, out MemoryPath at);
        return errno != Errno.Success ? errno
            : _folder.Make(at.Directory, at.Name, inode => new MemoryDirectory(inode, at.Directory)) is null ? Errno.NoSpc
            : Errno.Success;
    }

    public Errno UnlinkFile(ReadOnlySpan<byte> path)
    {
        Errno errno = Locate(path, out MemoryPath at);
        errno = errno != Errno.Success ? errno
            : at.IsDots || at.Node is MemoryDirectory ? Errno.IsDir
            : at.Node is null ? Errno.NoEnt
            : at.HasSlash ? Errno.NotDir
            : Errno.Success;
        if (errno == Errno.Success)
        {
            _folder.RemoveName(at.Directory, at.Name);
        }

        return errno;
    }

    public Errno RemoveDirectory(ReadOnlySpan<byte> path)
    {
        Errno errno = Locate(path, out MemoryPath at);
        errno = errno != Errno.Success ? errno
            : at.IsDots ? at.Name == "." ? Errno.Inval : Errno.NotEmpty
            : at.Node is null ? Errno.NoEnt
            : at.Node is not MemoryDirectory directory ? Errno.NotDir
            : directory.Entries.Count > 0 ? Errno.NotEmpty
            : Errno.Success;
        if (errno == Errno.Success)
        {
            _folder.RemoveName(at.Directory, at.Name);
        }

        return errno;
    }

    public Errno Rename(ReadOnlySpan<byte> path, IOpenFile newDirectory, ReadOnlySpan<byte> newPath)
    {
        if (newDirectory is not MemoryOpenFile other || other._folder != _folder)
        {
            return Errno.XDev;
        }

        Errno errno = Locate(path, out MemoryPath from);
        MemoryPath to = default;
        errno = errno == Errno.Success ? other.Locate(newPath, out to) : errno;
        errno = errno == Errno.Success ? CheckRename(from, to) : errno;
        return errno == Errno.Success && from.Node != to.Node ? _folder.Rename(from.Directory, from.Name, to.Directory, to.Name) : errno;
    }

    public Errno Link(ReadOnlySpan<byte> path, bool follow, IOpenFile newDirectory, ReadOnlySpan<byte> newPath)
    {
        if (newDirectory is not MemoryOpenFile other || other._folder != _folder)
        {
            return Errno.XDev;
        }

        Errno errno = Resolve(path, follow, out MemoryPath from);
        if (errno != Errno.Success || from.Node is null)
        {
            return errno != Errno.Success ? errno : Errno.NoEnt;
        }

        errno = other.LocateFree(newPath, out MemoryPath to);
        return errno != Errno.Success ? errno
            : to.HasSlash ? Errno.NoEnt
            : from.Node is MemoryDirectory ? Errno.Perm
            : _folder.AddName(to.Directory, to.Name, from.Node);
    }

    public Errno SymbolicLink(ReadOnlySpan<byte> target, ReadOnlySpan<byte> path)
    {
        if (target.Length is 0 or >= TargetLimit)
        {
            return target.IsEmpty ? Errno.NoEnt : Errno.NameTooLong;
        }

        byte[] copy = target.ToArray();
        Errno errno = LocateFree(path, out MemoryPath at);
        return errno != Errno.Success ? errno
            : at.HasSlash ? Errno.NoEnt
            : _folder.Make(at.Directory, at.Name, inode => new MemoryLink(inode, copy)) is null ? Errno.NoSpc
            : Errno.Success;
    }

    private static Errno CheckOpen(MemoryNode node, FileSystemOpen how)
    {
        bool byPathOnly = (how & FileSystemOpen.PathOnly) != 0;
        bool changes = !byPathOnly && (how & (FileSystemOpen.Write | FileSystemOpen.Create | FileSystemOpen.Truncate)) != 0;
        return (how & FileSystemOpen.Directory) != 0 && node is not MemoryDirectory ? Errno.NotDir
            : node is MemoryLink && !byPathOnly ? Errno.Loop
            : node is MemoryDirectory && changes ? Errno.IsDir
            : Errno.Success;
    }

    private static Errno CheckRename(in MemoryPath from, in MemoryPath to)
    {
        if (from.IsDots || to.IsDots)
        {
            return Errno.Busy;
        }

        if (from.Node is not MemoryDirectory moved)
        {
            return from.Node is null ? Errno.NoEnt
                : from.HasSlash || to.HasSlash ? Errno.NotDir
                : to.Node is MemoryDirectory whole ? from.Directory.IsWithin(whole) ? Errno.NotEmpty : Errno.IsDir
                : to.Directory.IsRemoved ? Errno.NoEnt
                : Errno.Success;
        }

        return to.Directory.IsWithin(moved) ? Errno.Inval
            : to.Node is { } place && from.Directory.IsWithin(place) ? Errno.NotEmpty
            : to.Directory.IsRemoved ? Errno.NoEnt
            : to.Node is null || to.Node == moved ? Errno.Success
            : to.Node is not MemoryDirectory replaced ? Errno.NotDir
            : replaced.Entries.Count > 0 ? Errno.NotEmpty
            : Errno.Success;
    }

    private Errno Resolve(ReadOnlySpan<byte> path, bool followsLast, out MemoryPath at)
    {
        at = default;
        return Node is MemoryDirectory directory ? MemoryPath.Resolve(directory, path, followsLast, out at) : Errno.NotDir;
    }

    private Errno Locate(ReadOnlySpan<byte> path, out MemoryPath at)
    {
        at = default;
        return Node is MemoryDirectory directory ? MemoryPath.Locate(directory, path, out at) : Errno.NotDir;
    }

    private Errno LocateFree(ReadOnlySpan<byte> path, out MemoryPath at)
    {
        Errno errno = Locate(path, out at);
        return errno != Errno.Success ? errno
            : at.IsDots || at.Node is not null ? Errno.Exist
            : at.Directory.IsRemoved ? Errno.NoEnt
            : Errno.Success;
    }
}

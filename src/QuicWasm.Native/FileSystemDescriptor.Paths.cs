using System.Buffers.Binary;
using System.Text;
using static QuicWasm.Native.FileSystemCalls;

namespace QuicWasm.Native;

/// <content>Paths relative to a directory.</content>
public sealed unsafe partial class FileSystemDescriptor
{
    internal const int PathLimit = 4096;

    private const uint FileMode = 0x1b6, DirectoryMode = 0x1ff; // 0666 and 0777, less the process's umask

    /// <summary>Opens a path beneath this directory; links are followed as long as they stay beneath it.</summary>
    /// <returns>0, or the negated error; EPERM where the path leads out.</returns>
    public int OpenBeneath(ReadOnlySpan<byte> path, FileSystemOpen how, out FileSystemDescriptor? opened)
    {
        opened = null;
        if (path.IsEmpty)
        {
            return -Enoent;
        }

        int number = FileSystemBeneath.Open(this, path, ToFlags(how), (how & FileSystemOpen.Create) != 0 ? FileMode : 0);
        if (number < 0)
        {
            return number;
        }

        opened = Own(number);
        return 0;
    }

    /// <summary>Makes a directory.</summary>
    public int CreateDirectory(ReadOnlySpan<byte> path)
    {
        using Location at = Locate(path);
        fixed (byte* name = at.Name)
        {
            return at.Error < 0 ? at.Error : Finish(FileSystemCalls.CreateDirectory(at.Directory, name, DirectoryMode));
        }
    }

    /// <summary>Removes a name of a file that is no directory.</summary>
    public int UnlinkFile(ReadOnlySpan<byte> path) => Unlink(path, 0);

    /// <summary>Removes an empty directory.</summary>
    public int RemoveDirectory(ReadOnlySpan<byte> path) => Unlink(path, AtRemoveDirectory);

    /// <summary>Renames, over what is there.</summary>
    public int Rename(ReadOnlySpan<byte> path, FileSystemDescriptor newDirectory, ReadOnlySpan<byte> newPath)
    {
        using Location from = Locate(path);
        using Location to = newDirectory.Locate(newPath);
        fixed (byte* name = from.Name, newName = to.Name)
        {
            return Math.Min(from.Error, to.Error) is var error && error < 0
                ? error
                : Finish(FileSystemCalls.Rename(from.Directory, name, to.Directory, newName));
        }
    }

    /// <summary>Gives a file a second name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="follow">Whether a link is followed, or gets the second name itself.</param>
    /// <param name="newDirectory">Where the new path begins.</param>
    /// <param name="newPath">The new name.</param>
    public int Link(ReadOnlySpan<byte> path, bool follow, FileSystemDescriptor newDirectory, ReadOnlySpan<byte> newPath)
    {
        FileSystemOpen how = FileSystemOpen.PathOnly | (follow ? FileSystemOpen.None : FileSystemOpen.NoFollow);
        int error = OpenBeneath(path, how, out FileSystemDescriptor? file);
        if (error < 0)
        {
            return error;
        }

        using (file)
        {
            using Location to = newDirectory.Locate(newPath);
            fixed (byte* name = to.Name, source = Encoding.ASCII.GetBytes($"/proc/self/fd/{file!.Number}\0"))
            {
                // RACE: the name is not looked up again: the link is made to the very file that was found beneath the directory.
                return to.Error < 0 ? to.Error : Finish(FileSystemCalls.Link(this, source, to.Directory, name, AtSymlinkFollow));
            }
        }
    }

    /// <summary>Makes a symbolic link. Its target is not looked at.</summary>
    public int SymbolicLink(ReadOnlySpan<byte> target, ReadOnlySpan<byte> path)
    {
        if (target.Length >= PathLimit)
        {
            return -Enametoolong;
        }

        using Location at = Locate(path);
        fixed (byte* name = at.Name, bytes = Terminated(target))
        {
            return at.Error < 0 ? at.Error : Finish(FileSystemCalls.SymbolicLink(bytes, at.Directory, name));
        }
    }

    /// <summary>Reads the whole directory, with "." and "..", in the order of the file system.</summary>
    public int ReadEntries(List<FileSystemEntry> entries)
    {
        const int BufferBytes = 32 * 1024;
        byte[] buffer = new byte[BufferBytes];
        int error = (int)Math.Min(Seek(0, 0), 0);
        fixed (byte* bytes = buffer)
        {
            while (error == 0)
            {
                int length = (int)Finish((long)FileSystemCalls.ReadEntries(this, bytes, BufferBytes));
                if (length <= 0)
                {
                    return length;
                }

                ParseEntries(buffer.AsSpan(0, length), entries);
            }
        }

        return error;
    }

    // struct linux_dirent64: inode (8 bytes), offset (8), record length (2), kind (1), name up to a zero.
    private static void ParseEntries(ReadOnlySpan<byte> records, List<FileSystemEntry> entries)
    {
        const int NameOffset = 19;
        while (records.Length > NameOffset)
        {
            int recordBytes = BinaryPrimitives.ReadUInt16LittleEndian(records[16..]);
            ReadOnlySpan<byte> name = records[NameOffset..recordBytes];
            entries.Add(new FileSystemEntry(
                name[..name.IndexOf((byte)0)].ToArray(), BinaryPrimitives.ReadUInt64LittleEndian(records), KindOf(records[18])));
            records = records[recordBytes..];
        }
    }

    private static int ToFlags(FileSystemOpen how)
    {
        int flags = OpenCloseOnExec;
        flags |= (how & FileSystemOpen.NoFollow) != 0 ? OpenNoFollow : 0;
        flags |= (how & FileSystemOpen.Directory) != 0 ? OpenDirectory : 0;
        if ((how & FileSystemOpen.PathOnly) != 0)
        {
            return flags | OpenPath;
        }

        flags |= OpenNoTerminal | OpenNonBlocking;
        flags |= (how & (FileSystemOpen.Read | FileSystemOpen.Write)) switch
        {
            FileSystemOpen.Read | FileSystemOpen.Write => OpenReadWrite,
            FileSystemOpen.Write => OpenWriteOnly,
            _ => OpenReadOnly,
        };
        flags |= (how & FileSystemOpen.Create) != 0 ? OpenCreate : 0;
        flags |= (how & FileSystemOpen.Exclusive) != 0 ? OpenExclusive : 0;
        flags |= (how & FileSystemOpen.Truncate) != 0 ? OpenTruncate : 0;
        flags |= (how & FileSystemOpen.Append) != 0 ? OpenAppend : 0;
        flags |= (how & FileSystemOpen.DataSync) != 0 ? OpenDataSync : 0;
        flags |= (how & FileSystemOpen.Sync) != 0 ? OpenSync : 0;
        return flags;
    }

    private static byte[] Terminated(ReadOnlySpan<byte> bytes)
    {
        byte[] terminated = new byte[bytes.Length + 1];
        bytes.CopyTo(terminated);
        return terminated;
    }

    private int Unlink(ReadOnlySpan<byte> path, int flags)
    {
        using Location at = Locate(path);
        fixed (byte* name = at.Name)
        {
            return at.Error < 0 ? at.Error : Finish(FileSystemCalls.Unlink(at.Directory, name, flags));
        }
    }

    /// <summary>Opens the directory that the path's last component lies in. The calls that take a location never follow that component.</summary>
    private Location Locate(ReadOnlySpan<byte> path)
    {
        if (path.Length >= PathLimit)
        {
            return new Location(-Enametoolong, this, false, []);
        }

        ReadOnlySpan<byte> trimmed = path.TrimEnd((byte)'/');
        if (trimmed.IsEmpty)
        {
            return new Location(path.IsEmpty ? -Enoent : -Eperm, this, false, []);
        }

        int slash = trimmed.LastIndexOf((byte)'/');
        byte[] name = Terminated(path[(slash + 1)..]);
        if (slash < 0)
        {
            return new Location(0, this, false, name);
        }

        int error = OpenBeneath(path[..(slash + 1)], FileSystemOpen.PathOnly | FileSystemOpen.Directory, out FileSystemDescriptor? parent);
        return new Location(error, parent ?? this, parent is not null, name);
    }

    private readonly ref struct Location(int error, FileSystemDescriptor directory, bool owned, byte[] name)
    {
        public int Error { get; } = error;

        public FileSystemDescriptor Directory { get; } = directory;

        public byte[] Name { get; } = name;

        public void Dispose()
        {
            if (owned)
            {
                Directory.Dispose();
            }
        }
    }
}

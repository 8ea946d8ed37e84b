using QuicWasm.Native;

namespace QuicWasm.Wasi;

/// <summary>A file or directory of a folder in memory, open.</summary>
internal sealed partial class MemoryOpenFile : IOpenFile
{
    private readonly MemoryFolder _folder;
    private readonly FileSystemOpen _how;
    private long _position;
    private bool _appends;
    private bool _isClosed;

    /// <summary>Opens a node: it stays as long as this is open, also without a name.</summary>
    public MemoryOpenFile(MemoryFolder folder, MemoryNode node, FileSystemOpen how)
    {
        _folder = folder;
        _how = how;
        _appends = (how & FileSystemOpen.Append) != 0;
        Node = node;
        node.OpenCount++;
    }

    public MemoryNode Node { get; }

    public Errno Status(out FileSystemStatus status)
    {
        status = Node.Status(_folder.Device);
        return Errno.Success;
    }

    public Errno Read(ReadOnlySpan<FileSystemVector> vectors, out long done)
    {
        Errno errno = ReadAt(vectors, _position, out done);
        _position += done;
        return errno;
    }

    public Errno Write(ReadOnlySpan<FileSystemVector> vectors, out long done)
    {
        long offset = _appends && Node is MemoryFile file ? file.LengthBytes : _position;
        Errno errno = WriteAt(vectors, offset, out done);
        _position = done > 0 ? offset + done : _position;
        return errno;
    }

    public Errno ReadAt(ReadOnlySpan<FileSystemVector> vectors, long offset, out long done)
    {
        done = 0;
        Errno errno = Find(FileSystemOpen.Read, out MemoryFile file);
        if (errno != Errno.Success)
        {
            return errno;
        }

        foreach (FileSystemVector vector in vectors)
        {
            int read = file.Read(offset + done, vector.Span);
            done += read;
            if (read < vector.LengthBytes)
            {
                break;
            }
        }

        file.AccessedNs = done > 0 ? _folder.NowNs : file.AccessedNs;
        return Errno.Success;
    }

    public Errno WriteAt(ReadOnlySpan<FileSystemVector> vectors, long offset, out long done)
    {
        done = 0;
        Errno errno = Find(FileSystemOpen.Write, out MemoryFile file);
        foreach (FileSystemVector vector in vectors)
        {
            if (errno == Errno.Success && vector.LengthBytes > long.MaxValue - offset - done)
            {
                errno = Errno.FBig;
            }

            if (errno != Errno.Success)
            {
                break;
            }

            int written = file.Write(offset + done, vector.Span);
            done += written;
            errno = written < vector.LengthBytes ? Errno.NoSpc : errno;
        }

        if (done > 0)
        {
            file.Modify(_folder.NowNs);
        }

        return done > 0 ? Errno.Success : errno;
    }

    public Errno Seek(long offset, int whence, out long position)
    {
        position = -1;
        if (Node is not MemoryFile file || (_how & FileSystemOpen.PathOnly) != 0)
        {
            return Errno.BadF;
        }

        Int128 target = (Int128)offset + (whence switch { 0 => 0, 1 => _position, _ => file.LengthBytes });
        if (target < 0 || target > long.MaxValue)
        {
            return target < 0 ? Errno.Inval : Errno.Overflow;
        }

        position = _position = (long)target;
        return Errno.Success;
    }

    public Errno Truncate(long lengthBytes)
    {
        Errno errno = Find(FileSystemOpen.Write, out MemoryFile file);
        if (errno != Errno.Success)
        {
            return Errno.Inval;
        }

        file.SetLength(lengthBytes);
        file.Modify(_folder.NowNs);
        return Errno.Success;
    }

    public Errno Allocate(long offset, long lengthBytes)
    {
        Errno errno = Find(FileSystemOpen.Write, out MemoryFile file);
        if (errno != Errno.Success || !file.TryAllocate(offset, lengthBytes))
        {
            return errno != Errno.Success ? errno : Errno.NoSpc;
        }

        file.Modify(_folder.NowNs);
        return Errno.Success;
    }

    public Errno Advise(long offset, long lengthBytes, int advice) => Errno.Success;

    public Errno SetTimes(FileSystemTime accessed, FileSystemTime modified)
    {
        ulong now = _folder.NowNs;
        Node.AccessedNs = accessed.From(Node.AccessedNs, now);
        Node.ModifiedNs = modified.From(Node.ModifiedNs, now);
        Node.ChangedNs = now;
        return Errno.Success;
    }

    public Errno SetAppend(bool append)
    {
        _appends = append;
        return Errno.Success;
    }

    // What is in memory is as safe as it will be.
    public Errno Synchronize(bool dataOnly) => Errno.Success;

    public Errno ReadLinkTarget(Span<byte> buffer, out int lengthBytes)
    {
        lengthBytes = 0;
        if (Node is not MemoryLink link)
        {
            return Errno.Inval;
        }

        lengthBytes = Math.Min(buffer.Length, link.Target.Length);
        link.Target.AsSpan(0, lengthBytes).CopyTo(buffer);
        return Errno.Success;
    }

    public void Dispose()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            Node.OpenCount--;
            _folder.ReleaseUnused(Node);
        }
    }

    private Errno Find(FileSystemOpen access, out MemoryFile file)
    {
        file = (Node as MemoryFile)!;
        return (_how & FileSystemOpen.PathOnly) != 0 ? Errno.BadF
            : file is null ? Errno.IsDir
            : (_how & access) == 0 ? Errno.BadF
            : Errno.Success;
    }
}

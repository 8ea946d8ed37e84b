using QuicWasm.Native;

namespace QuicWasm.Wasi;

/// <summary>A file, directory, pipe or socket of the host.</summary>
internal sealed class HostFile(FileSystemDescriptor descriptor) : IOpenFile
{
    public FileSystemDescriptor Descriptor { get; } = descriptor;

    public Errno Status(out FileSystemStatus status) => SystemErrors.Of(Descriptor.Status(out status));

    public Errno Read(ReadOnlySpan<FileSystemVector> vectors, out long done) => SystemErrors.Of(done = Descriptor.Read(vectors));

    public Errno Write(ReadOnlySpan<FileSystemVector> vectors, out long done) => SystemErrors.Of(done = Descriptor.Write(vectors));

    public Errno ReadAt(ReadOnlySpan<FileSystemVector> vectors, long offset, out long done) =>
        SystemErrors.Of(done = Descriptor.ReadAt(vectors, offset));

    public Errno WriteAt(ReadOnlySpan<FileSystemVector> vectors, long offset, out long done) =>
        SystemErrors.Of(done = Descriptor.WriteAt(vectors, offset));

    public Errno Seek(long offset, int whence, out long position) => SystemErrors.Of(position = Descriptor.Seek(offset, whence));

    public Errno Truncate(long lengthBytes) => SystemErrors.Of(Descriptor.Truncate(lengthBytes));

    public Errno Allocate(long offset, long lengthBytes) => SystemErrors.Of(Descriptor.Allocate(offset, lengthBytes));

    public Errno Advise(long offset, long lengthBytes, int advice) => SystemErrors.Of(Descriptor.Advise(offset, lengthBytes, advice));

    public Errno SetTimes(FileSystemTime accessed, FileSystemTime modified) => SystemErrors.Of(Descriptor.SetTimes(accessed, modified));

    public Errno SetAppend(bool append) => SystemErrors.Of(Descriptor.SetAppend(append));

    public Errno Synchronize(bool dataOnly) => SystemErrors.Of(dataOnly ? Descriptor.SynchronizeData() : Descriptor.Synchronize());

    public Errno ReadLinkTarget(Span<byte> buffer, out int lengthBytes)
    {
        // The system says ENOENT of what is no link.
        Errno errno = SystemErrors.Of(lengthBytes = Descriptor.ReadLinkTarget(buffer));
        return errno == Errno.NoEnt ? Errno.Inval : errno;
    }

    public Errno ReadEntries(List<FileSystemEntry> entries) => SystemErrors.Of(Descriptor.ReadEntries(entries));

    public Errno Open(ReadOnlySpan<byte> path, FileSystemOpen how, out IOpenFile? opened)
    {
        Errno errno = SystemErrors.Of(Descriptor.OpenBeneath(path, how, out FileSystemDescriptor? host));
        opened = host is null ? null : new HostFile(host);
        return errno;
    }

    public Errno CreateDirectory(ReadOnlySpan<byte> path) => SystemErrors.Of(Descriptor.CreateDirectory(path));

    public Errno UnlinkFile(ReadOnlySpan<byte> path) => SystemErrors.Of(Descriptor.UnlinkFile(path));

    public Errno RemoveDirectory(ReadOnlySpan<byte> path) => SystemErrors.Of(Descriptor.RemoveDirectory(path));

    public Errno Rename(ReadOnlySpan<byte> path, IOpenFile newDirectory, ReadOnlySpan<byte> newPath) =>
        newDirectory is HostFile other ? SystemErrors.Of(Descriptor.Rename(path, other.Descriptor, newPath)) : Errno.XDev;

    public Errno Link(ReadOnlySpan<byte> path, bool follow, IOpenFile newDirectory, ReadOnlySpan<byte> newPath) =>
        newDirectory is HostFile other ? SystemErrors.Of(Descriptor.Link(path, follow, other.Descriptor, newPath)) : Errno.XDev;

    public Errno SymbolicLink(ReadOnlySpan<byte> target, ReadOnlySpan<byte> path) => SystemErrors.Of(Descriptor.SymbolicLink(target, path));

    public void Dispose() => Descriptor.Dispose();
}

using QuicWasm.Native;

namespace QuicWasm.Wasi;

/// <summary>
/// What a program has open: a file or directory of a host's folder, or of a folder in memory. Paths are bytes without a zero, begin at a
/// directory, and never lead out of it (<see cref="Errno.Perm"/>). What does not apply to a kind of file answers with an error.
/// </summary>
internal interface IOpenFile : IDisposable
{
    Errno Status(out FileSystemStatus status);

    /// <summary>Reads at the position, and moves it; no bytes at the end.</summary>
    Errno Read(ReadOnlySpan<FileSystemVector> vectors, out long done);

    /// <summary>Writes at the position, or at the end of what appends, and moves it.</summary>
    Errno Write(ReadOnlySpan<FileSystemVector> vectors, out long done);

    /// <summary>Reads at an offset; the position stays.</summary>
    Errno ReadAt(ReadOnlySpan<FileSystemVector> vectors, long offset, out long done);

    /// <summary>Writes at an offset; the position stays.</summary>
    Errno WriteAt(ReadOnlySpan<FileSystemVector> vectors, long offset, out long done);

    /// <summary>Moves the position: from the beginning (0), from where it is (1), or from the end (2).</summary>
    Errno Seek(long offset, int whence, out long position);

    /// <summary>Sets the size.</summary>
    Errno Truncate(long lengthBytes);

    /// <summary>Makes sure that there is space; the file grows to hold it.</summary>
    Errno Allocate(long offset, long lengthBytes);

    /// <summary>Says how the file will be used; the numbers of POSIX_FADV.</summary>
    Errno Advise(long offset, long lengthBytes, int advice);

    Errno SetTimes(FileSystemTime accessed, FileSystemTime modified);

    Errno SetAppend(bool append);

    /// <summary>Returns when data, and metadata if it is asked for, are as safe as they will be.</summary>
    Errno Synchronize(bool dataOnly);

    /// <summary>The target of a link that was opened by path only, cut off where it is longer than the buffer.</summary>
    Errno ReadLinkTarget(Span<byte> buffer, out int lengthBytes);

    /// <summary>The whole directory, with "." and "..".</summary>
    Errno ReadEntries(List<FileSystemEntry> entries);

    /// <summary>Opens a path; links are followed as long as they stay beneath the directory.</summary>
    Errno Open(ReadOnlySpan<byte> path, FileSystemOpen how, out IOpenFile? opened);

    Errno CreateDirectory(ReadOnlySpan<byte> path);

    /// <summary>Removes a name of what is no directory.</summary>
    Errno UnlinkFile(ReadOnlySpan<byte> path);

    /// <summary>Removes an empty directory.</summary>
    Errno RemoveDirectory(ReadOnlySpan<byte> path);

    /// <summary>Renames, over what is there. Between two folders of different kinds: <see cref="Errno.XDev"/>.</summary>
    Errno Rename(ReadOnlySpan<byte> path, IOpenFile newDirectory, ReadOnlySpan<byte> newPath);

    /// <summary>Gives a file a second name; a link is followed, or gets it itself.</summary>
    Errno Link(ReadOnlySpan<byte> path, bool follow, IOpenFile newDirectory, ReadOnlySpan<byte> newPath);

    /// <summary>Makes a symbolic link; its target is not looked at.</summary>
    Errno SymbolicLink(ReadOnlySpan<byte> target, ReadOnlySpan<byte> path);
}

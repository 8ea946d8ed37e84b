using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>Reading, writing and seeking.</summary>
internal sealed class FileCalls(ProgramState state)
{
    public void Register(CallTable table)
    {
        table.Add("fd_read", "iiii", Read);
        table.Add("fd_write", "iiii", Write);
        table.Add("fd_pread", "iiili", ReadAt);
        table.Add("fd_pwrite", "iiili", WriteAt);
        table.Add("fd_seek", "ilii", Seek);
        table.Add("fd_tell", "ii", Tell);
    }

    private Errno Read(in HostCall call)
    {
        Errno errno = state.Descriptors.FindFile(call.U32(0), Rights.FdRead, out Descriptor descriptor);
        if (errno != Errno.Success)
        {
            return errno;
        }

        Span<byte> result = call.Result4(3);
        Span<FileSystemVector> vectors = stackalloc FileSystemVector[call.VectorCount(2)];
        errno = Transfers.Read(call, descriptor, call.Vectors(1, vectors), out long done);
        return Report(errno, done, result);
    }

    private Errno Write(in HostCall call)
    {
        Errno errno = state.Descriptors.FindFile(call.U32(0), Rights.FdWrite, out Descriptor descriptor);
        if (errno != Errno.Success)
        {
            return errno;
        }

        Span<byte> result = call.Result4(3);
        Span<FileSystemVector> vectors = stackalloc FileSystemVector[call.VectorCount(2)];
        errno = Transfers.Write(call, descriptor, call.Vectors(1, vectors), out long done);
        return Report(errno, done, result);
    }

    private Errno ReadAt(in HostCall call)
    {
        Errno errno = state.Descriptors.FindFile(call.U32(0), Rights.FdRead | Rights.FdSeek, out Descriptor descriptor);
        if (errno != Errno.Success)
        {
            return Unseekable(descriptor, errno);
        }

        Span<byte> result = call.Result4(4);
        Span<FileSystemVector> vectors = stackalloc FileSystemVector[call.VectorCount(2)];
        vectors = call.Vectors(1, vectors);
        if ((long)call.U64(3) < 0)
        {
            return Errno.Inval;
        }

        errno = descriptor.File!.ReadAt(vectors, (long)call.U64(3), out long done);
        return Report(errno, done, result);
    }

    private Errno WriteAt(in HostCall call)
    {
        Errno errno = state.Descriptors.FindFile(call.U32(0), Rights.FdWrite | Rights.FdSeek, out Descriptor descriptor);
        if (errno != Errno.Success)
        {
            return Unseekable(descriptor, errno);
        }

        Span<byte> result = call.Result4(4);
        Span<FileSystemVector> vectors = stackalloc FileSystemVector[call.VectorCount(2)];
        vectors = call.Vectors(1, vectors);
        if ((long)call.U64(3) < 0)
        {
            return Errno.Inval;
        }

        errno = descriptor.File!.WriteAt(vectors, (long)call.U64(3), out long done);
        return Report(errno, done, result);
    }

    private Errno Seek(in HostCall call)
    {
        long offset = (long)call.U64(1);
        uint whence = call.U32(2);
        Rights required = offset == 0 && whence == 1 ? Rights.FdTell : Rights.FdSeek;
        return whence > 2 ? Errno.Inval : SeekTo(call, required, offset, (int)whence, call.Result8(3));
    }

    private Errno Tell(in HostCall call) => SeekTo(call, Rights.FdTell, 0, 1, call.Result8(1));

    private Errno SeekTo(in HostCall call, Rights required, long offset, int whence, Span<byte> result)
    {
        Errno errno = state.Descriptors.Find(call.U32(0), required, out Descriptor descriptor);
        if (errno != Errno.Success)
        {
            return descriptor is { IsDirectory: true } ? Errno.BadF : Unseekable(descriptor, errno);
        }

        errno = descriptor.File!.Seek(offset, whence, out long position);
        if (errno == Errno.Success)
        {
            result.Put((ulong)position);
        }

        return errno;
    }

    /// <summary>What cannot seek says so, rather than that the right is missing.</summary>
    private static Errno Unseekable(Descriptor? descriptor, Errno errno) =>
        errno == Errno.NotCapable && descriptor is { IsAlwaysReady: false } ? Errno.SPipe : errno;

    private static Errno Report(Errno errno, long done, Span<byte> result)
    {
        if (errno == Errno.Success)
        {
            result.Put((uint)done);
        }

        return errno;
    }
}

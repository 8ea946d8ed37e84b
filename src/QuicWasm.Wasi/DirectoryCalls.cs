using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>fd_readdir, and making and removing directories.</summary>
internal sealed class DirectoryCalls(ProgramState state)
{
    public void Register(CallTable table)
    {
        table.Add("fd_readdir", "iiili", Read);
        table.Add("path_create_directory", "iii", Create);
        table.Add("path_remove_directory", "iii", Remove);
    }

    private Errno Read(in HostCall call)
    {
        Errno errno = state.Descriptors.FindDirectory(call.U32(0), Rights.FdReaddir, out Descriptor descriptor);
        if (errno != Errno.Success)
        {
            return errno;
        }

        Span<byte> buffer = call.Bytes(call.U32(1), call.U32(2));
        Span<byte> result = call.Result4(4);
        ulong cookie = call.U64(3);
        if (cookie == 0 || descriptor.Listing is null)
        {
            errno = DirectoryListing.Read(descriptor.File!, out DirectoryListing listing);
            if (errno != Errno.Success)
            {
                return errno;
            }

            descriptor.Listing = listing;
        }

        result.Put(descriptor.Listing.Write(cookie, buffer));
        return Errno.Success;
    }

    private Errno Create(in HostCall call)
    {
        Errno errno = state.Descriptors.FindChangeable(call.U32(0), Rights.PathCreateDirectory, out Descriptor directory);
        Errno pathErrno = call.Path(1, out ReadOnlySpan<byte> path);
        return errno != Errno.Success ? errno
            : pathErrno != Errno.Success ? pathErrno
            : directory.File!.CreateDirectory(path);
    }

    private Errno Remove(in HostCall call)
    {
        Errno errno = state.Descriptors.FindChangeable(call.U32(0), Rights.PathRemoveDirectory, out Descriptor directory);
        Errno pathErrno = call.Path(1, out ReadOnlySpan<byte> path);
        return errno != Errno.Success ? errno
            : pathErrno != Errno.Success ? pathErrno
            : directory.File!.RemoveDirectory(path);
    }
}

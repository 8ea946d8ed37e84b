using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>Status, size, times, space and synchronisation of open files.</summary>
internal sealed class FileStatusCalls(ProgramState state)
{
    private const uint AdviceLimit = 5;

    public void Register(CallTable table)
    {
        table.Add("fd_filestat_get", "ii", StatusGet);
        table.Add("fd_filestat_set_size", "il", SetSize);
        table.Add("fd_filestat_set_times", "illi", SetTimes);
        table.Add("fd_sync", "i", (in HostCall call) => Synchronize(call, Rights.FdSync, false));
        table.Add("fd_datasync", "i", (in HostCall call) => Synchronize(call, Rights.FdDatasync, true));
        table.Add("fd_allocate", "ill", Allocate);
        table.Add("fd_advise", "illi", Advise);
    }

    private static bool IsRange(ulong offset, ulong length) => offset <= long.MaxValue && length <= long.MaxValue - offset;

    private Errno StatusGet(in HostCall call)
    {
        Errno errno = state.Descriptors.Find(call.U32(0), Rights.FdFilestatGet, out Descriptor descriptor);
        if (errno != Errno.Success)
        {
            return errno;
        }

        Span<byte> result = call.Bytes(call.U32(1), FileStatus.Bytes);
        FileSystemStatus status = default;
        errno = descriptor.File is { } file ? file.Status(out status) : Errno.Success;
        if (errno == Errno.Success)
        {
            FileStatus.Write(result, status);
        }

        return errno;
    }

    private Errno SetSize(in HostCall call)
    {
        Errno errno = FindToChange(call, Rights.FdFilestatSetSize, out Descriptor descriptor);
        return errno != Errno.Success ? errno
            : call.U64(1) > long.MaxValue ? Errno.FBig
            : descriptor.File!.Truncate((long)call.U64(1));
    }

    private Errno SetTimes(in HostCall call)
    {
        Errno errno = FindToChange(call, Rights.FdFilestatSetTimes, out Descriptor descriptor);
        if (errno == Errno.Success)
        {
            errno = FileStatus.ChooseTimes(call.U64(1), call.U64(2), (TimeFlags)call.U32(3), out FileSystemTime accessed, out FileSystemTime modified);
            return errno == Errno.Success ? descriptor.File!.SetTimes(accessed, modified) : errno;
        }

        return errno;
    }

    private Errno Allocate(in HostCall call)
    {
        Errno errno = FindToChange(call, Rights.FdAllocate, out Descriptor descriptor);
        return errno != Errno.Success ? errno
            : call.U64(2) == 0 || !IsRange(call.U64(1), call.U64(2)) ? Errno.Inval
            : descriptor.File!.Allocate((long)call.U64(1), (long)call.U64(2));
    }

    private Errno Advise(in HostCall call)
    {
        Errno errno = state.Descriptors.Find(call.U32(0), Rights.FdAdvise, out Descriptor descriptor);
        if (errno != Errno.Success || call.U32(3) > AdviceLimit || !IsRange(call.U64(1), call.U64(2)))
        {
            return errno != Errno.Success ? errno : Errno.Inval;
        }

        return descriptor.File!.Advise((long)call.U64(1), (long)call.U64(2), ToSystem(call.U32(3)));
    }

    // POSIX numbers random before sequential.
    private static int ToSystem(uint advice) => advice switch
    {
        1 => 2,
        2 => 1,
        _ => (int)advice,
    };

    private Errno Synchronize(in HostCall call, Rights required, bool dataOnly)
    {
        Errno errno = state.Descriptors.Find(call.U32(0), required, out Descriptor descriptor);
        return errno == Errno.Success ? descriptor.File!.Synchronize(dataOnly) : errno;
    }

    private Errno FindToChange(in HostCall call, Rights required, out Descriptor descriptor)
    {
        Errno errno = state.Descriptors.Find(call.U32(0), required, out descriptor);
        return errno == Errno.Success && descriptor.IsReadOnly ? Errno.RoFs : errno;
    }
}

using System.Buffers.Binary;
using System.Text;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>Calls on descriptors as such: fd_close, fd_renumber, fd_fdstat_*, fd_prestat_*.</summary>
internal sealed class DescriptorCalls(ProgramState state)
{
    private const int StatusBytes = 24;

    public void Register(CallTable table)
    {
        table.Add("fd_close", "i", Close);
        table.Add("fd_renumber", "ii", Renumber);
        table.Add("fd_fdstat_get", "ii", StatusGet);
        table.Add("fd_fdstat_set_flags", "ii", SetFlags);
        table.Add("fd_fdstat_set_rights", "ill", SetRights);
        table.Add("fd_prestat_get", "ii", PrestatGet);
        table.Add("fd_prestat_dir_name", "iii", PrestatName);
    }

    private Errno Close(in HostCall call)
    {
        Errno errno = state.Descriptors.Find(call.U32(0), Rights.None, out _);
        if (errno == Errno.Success)
        {
            state.Descriptors.Set((int)call.U32(0), null);
        }

        return errno;
    }

    private Errno Renumber(in HostCall call)
    {
        uint from = call.U32(0), to = call.U32(1);
        Errno errno = state.Descriptors.Find(from, Rights.None, out _);
        errno = errno == Errno.Success ? state.Descriptors.Find(to, Rights.None, out _) : errno;
        if (errno == Errno.Success && from != to)
        {
            state.Descriptors.Move((int)from, (int)to);
        }

        return errno;
    }

    private Errno StatusGet(in HostCall call)
    {
        Errno errno = state.Descriptors.Find(call.U32(0), Rights.None, out Descriptor descriptor);
        if (errno != Errno.Success)
        {
            return errno;
        }

        Span<byte> result = call.Bytes(call.U32(1), StatusBytes);
        result.Clear();
        result[0] = (byte)FileStatus.WireKind(descriptor.FileKind);
        BinaryPrimitives.WriteUInt16LittleEndian(result[2..], (ushort)descriptor.Flags);
        result[8..].Put((ulong)descriptor.Base);
        result[16..].Put((ulong)descriptor.Inheriting);
        return Errno.Success;
    }

    private Errno SetFlags(in HostCall call)
    {
        const FdFlags Changeable = FdFlags.Append | FdFlags.NonBlocking;
        var flags = (FdFlags)call.U32(1);
        Errno errno = state.Descriptors.Find(call.U32(0), Rights.FdFdstatSetFlags, out Descriptor descriptor);
        if (errno != Errno.Success || call.U32(1) > (uint)FdFlags.All)
        {
            return errno != Errno.Success ? errno : Errno.Inval;
        }

        // The system cannot change how writes are synchronised after the open.
        if (((flags ^ descriptor.Flags) & ~Changeable) != 0)
        {
            return Errno.NotSup;
        }

        // A standard stream is shared with other processes: it is not changed for them.
        if (descriptor.Kind == DescriptorKind.File && ((flags ^ descriptor.Flags) & FdFlags.Append) != 0)
        {
            errno = descriptor.File!.SetAppend((flags & FdFlags.Append) != 0);
        }

        descriptor.Flags = errno == Errno.Success ? flags : descriptor.Flags;
        return errno;
    }

    private Errno SetRights(in HostCall call)
    {
        var wanted = (Rights)call.U64(1);
        var inheriting = (Rights)call.U64(2);
        Errno errno = state.Descriptors.Find(call.U32(0), Rights.None, out Descriptor descriptor);
        if (errno != Errno.Success)
        {
            return errno;
        }

        if ((wanted & ~descriptor.Base) != 0 || (inheriting & ~descriptor.Inheriting) != 0)
        {
            return Errno.NotCapable;
        }

        descriptor.Base = wanted;
        descriptor.Inheriting = inheriting;
        return Errno.Success;
    }

    // libc looks for folders from descriptor 3 on until it hears BADF: so does what is open but no folder answer.
    private Errno PrestatGet(in HostCall call)
    {
        Errno errno = state.Descriptors.Find(call.U32(0), Rights.None, out Descriptor descriptor);
        if (errno != Errno.Success || descriptor.Kind != DescriptorKind.Preopen)
        {
            return Errno.BadF;
        }

        call.Result8(1).Put((ulong)Encoding.UTF8.GetByteCount(descriptor.Preopen!.GuestPath) << 32);
        return Errno.Success;
    }

    private Errno PrestatName(in HostCall call)
    {
        Errno errno = state.Descriptors.Find(call.U32(0), Rights.None, out Descriptor descriptor);
        if (errno != Errno.Success || descriptor.Kind != DescriptorKind.Preopen)
        {
            return Errno.BadF;
        }

        Span<byte> result = call.Bytes(call.U32(1), call.U32(2));
        return Encoding.UTF8.TryGetBytes(descriptor.Preopen!.GuestPath, result, out _) ? Errno.Success : Errno.NameTooLong;
    }
}

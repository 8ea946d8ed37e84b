using System.Buffers.Binary;
using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>sock_*: on sockets that the program inherited, and on connections that it accepted from them.</summary>
internal sealed class SocketCalls(ProgramState state)
{
    private const uint Peek = 1, WaitAll = 2, Truncated = 1, ShutdownBoth = 3;

    public void Register(CallTable table)
    {
        table.Add("sock_accept", "iii", Accept);
        table.Add("sock_recv", "iiiiii", Receive);
        table.Add("sock_send", "iiiii", Send);
        table.Add("sock_shutdown", "ii", Shutdown);
    }

    private Errno Accept(in HostCall call)
    {
        Errno errno = state.Descriptors.FindSocket(call.U32(0), Rights.SockAccept, out Descriptor listener);
        var flags = (FdFlags)call.U32(1);
        if (errno != Errno.Success || (flags & ~FdFlags.NonBlocking) != 0)
        {
            return errno != Errno.Success ? errno : Errno.Inval;
        }

        Span<byte> result = call.Result4(2);
        errno = state.Descriptors.IsFull ? Errno.MFile : Waiting.For(call, listener, PollEvents.Readable);
        if (errno != Errno.Success)
        {
            return errno;
        }

        errno = SystemErrors.Of(listener.Host!.Accept(out FileSystemDescriptor? connection));
        if (errno == Errno.Success)
        {
            _ = connection!.Status(out FileSystemStatus status);
            var descriptor = new Descriptor(DescriptorKind.Connection, status.Kind) { File = new HostFile(connection!), Base = RightsFacts.Of(status.Kind), Flags = flags };
            result.Put((uint)state.Descriptors.Add(descriptor));
        }

        return errno;
    }

    private Errno Receive(in HostCall call)
    {
        Errno errno = state.Descriptors.FindSocket(call.U32(0), Rights.FdRead, out Descriptor socket);
        uint flags = call.U32(3);
        if (errno != Errno.Success || flags > (Peek | WaitAll))
        {
            return errno != Errno.Success ? errno : Errno.Inval;
        }

        Span<byte> length = call.Result4(4);
        Span<byte> resultFlags = call.Bytes(call.U32(5), 2);
        Span<FileSystemVector> vectors = stackalloc FileSystemVector[call.VectorCount(2)];
        vectors = call.Vectors(1, vectors);
        long total = 0;
        bool truncated;
        do
        {
            errno = Transfers.Receive(call, socket, vectors, (flags & Peek) != 0, out long received, out truncated);
            if (errno != Errno.Success || received == 0)
            {
                break;
            }

            total += received;
            vectors = FileSystemVector.Skip(vectors, received);
        }
        while (flags == WaitAll && socket.FileKind == FileSystemKind.StreamSocket && !vectors.IsEmpty);

        // Interrupted in the middle of WAITALL, it is a short receive, as after a signal.
        if (errno != Errno.Success && total == 0)
        {
            return errno;
        }

        length.Put((uint)total);
        BinaryPrimitives.WriteUInt16LittleEndian(resultFlags, (ushort)(truncated ? Truncated : 0));
        return Errno.Success;
    }

    private Errno Send(in HostCall call)
    {
        Errno errno = state.Descriptors.FindSocket(call.U32(0), Rights.FdWrite, out Descriptor socket);
        if (errno != Errno.Success || call.U32(3) != 0)
        {
            return errno != Errno.Success ? errno : Errno.Inval;
        }

        Span<byte> result = call.Result4(4);
        Span<FileSystemVector> vectors = stackalloc FileSystemVector[call.VectorCount(2)];
        errno = Transfers.Write(call, socket, call.Vectors(1, vectors), out long done);
        if (errno == Errno.Success)
        {
            result.Put((uint)done);
        }

        return errno;
    }

    private Errno Shutdown(in HostCall call)
    {
        Errno errno = state.Descriptors.FindSocket(call.U32(0), Rights.SockShutdown, out Descriptor socket);
        uint how = call.U32(1);
        return errno != Errno.Success ? errno
            : how is 0 or > ShutdownBoth ? Errno.Inval
            : SystemErrors.Of(socket.Host!.Shutdown((int)how - 1));
    }
}

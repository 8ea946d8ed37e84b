using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>Moves bytes at a descriptor's position, whatever it is. An interrupted transfer has moved none, or is a short one.</summary>
internal static class Transfers
{
    /// <summary>Bytes that a pipe takes without waiting when it is writable at all (PIPE_BUF).</summary>
    private const int PipeChunkBytes = 4096;

    public static Errno Read(in HostCall call, Descriptor descriptor, Span<FileSystemVector> vectors, out long done)
    {
        done = 0;
        if (vectors.IsEmpty)
        {
            return Errno.Success;
        }

        return descriptor.IsSocket ? Receive(call, descriptor, vectors, false, out done, out _)
            : Complete(call, descriptor, PollEvents.Readable, vectors, static (d, v) => ReadSome(d, v), out done);
    }

    public static Errno Write(in HostCall call, Descriptor descriptor, Span<FileSystemVector> vectors, out long done)
    {
        done = 0;
        while (!vectors.IsEmpty)
        {
            Errno errno = Complete(call, descriptor, PollEvents.Writable, vectors, static (d, v) => WriteSome(d, v), out long written);
            if (errno != Errno.Success)
            {
                return done > 0 ? Errno.Success : errno;
            }

            done += written;
            vectors = descriptor.IsAlwaysReady ? [] : FileSystemVector.Skip(vectors, written);
        }

        return Errno.Success;
    }

    /// <summary>Receives once from a socket.</summary>
    public static Errno Receive(
        in HostCall call, Descriptor socket, Span<FileSystemVector> vectors, bool peek, out long done, out bool truncated)
    {
        while (true)
        {
            done = socket.Host!.Receive(vectors, peek, out truncated);
            Errno errno = SystemErrors.Of(done);
            errno = errno == Errno.Again ? Waiting.For(call, socket, PollEvents.Readable) : errno;
            if (done >= 0 || errno != Errno.Success)
            {
                return errno;
            }
        }
    }

    /// <summary>Waits and transfers, again where another reader or writer was faster. Sockets are not waited for before they say so.</summary>
    private static Errno Complete(
        in HostCall call, Descriptor descriptor, PollEvents events, Span<FileSystemVector> vectors, Transfer transfer, out long done)
    {
        Errno errno = descriptor.IsSocket ? Errno.Success : Waiting.For(call, descriptor, events);
        done = 0;
        while (errno == Errno.Success)
        {
            done = transfer(descriptor, vectors);
            errno = SystemErrors.Of(done);
            if (errno != Errno.Again)
            {
                break;
            }

            errno = Waiting.For(call, descriptor, events);
        }

        return errno;
    }

    private delegate long Transfer(Descriptor descriptor, Span<FileSystemVector> vectors);

    private static long ReadSome(Descriptor descriptor, Span<FileSystemVector> vectors) =>
        descriptor.Host is { } host ? host.Read(vectors) : ReadStream(descriptor.Stream!, vectors);

    private static long WriteSome(Descriptor descriptor, Span<FileSystemVector> vectors)
    {
        if (descriptor.Host is not { } host)
        {
            return WriteStream(descriptor.Stream!, vectors);
        }

        if (descriptor.IsAlwaysReady)
        {
            return host.Write(vectors);
        }

        return descriptor.IsSocket ? host.Send(vectors)
            : vectors[0].LengthBytes > PipeChunkBytes ? host.Write([vectors[0].First(PipeChunkBytes)])
            : host.Write(FirstChunk(vectors));
    }

    private static ReadOnlySpan<FileSystemVector> FirstChunk(ReadOnlySpan<FileSystemVector> vectors)
    {
        long total = 0;
        int count = 0;
        while (count < vectors.Length && total + vectors[count].LengthBytes <= PipeChunkBytes)
        {
            total += vectors[count++].LengthBytes;
        }

        return vectors[..count];
    }

    private static long ReadStream(Stream stream, ReadOnlySpan<FileSystemVector> vectors)
    {
        try
        {
            return stream.Read(vectors[0].Span);
        }
        catch (IOException)
        {
            return -SystemErrors.InputOutput;
        }
    }

    private static long WriteStream(Stream stream, ReadOnlySpan<FileSystemVector> vectors)
    {
        long done = 0;
        try
        {
            foreach (FileSystemVector vector in vectors)
            {
                stream.Write(vector.Span);
                done += vector.LengthBytes;
            }
        }
        catch (IOException)
        {
            return done > 0 ? done : -SystemErrors.InputOutput;
        }

        return done;
    }
}

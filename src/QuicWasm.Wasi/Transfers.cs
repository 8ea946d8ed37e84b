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
            : Complete(call, descriptor, PollEvents.Readable, vectors, ReadSome, out done);
    }

    public static Errno Write(in HostCall call, Descriptor descriptor, Span<FileSystemVector> vectors, out long done)
    {
        done = 0;
        while (!vectors.IsEmpty)
        {
            Errno errno = Complete(call, descriptor, PollEvents.Writable, vectors, WriteSome, out long written);
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
            errno = transfer(descriptor, vectors, out done);
            if (errno != Errno.Again)
            {
                break;
            }

            errno = Waiting.For(call, descriptor, events);
        }

        return errno;
    }

    private delegate Errno Transfer(Descriptor descriptor, Span<FileSystemVector> vectors, out long done);

    private static Errno ReadSome(Descriptor descriptor, Span<FileSystemVector> vectors, out long done) =>
        descriptor.File is { } file ? file.Read(vectors, out done) : SystemErrors.Of(done = ReadStream(descriptor.Stream!, vectors));

    private static Errno WriteSome(Descriptor descriptor, Span<FileSystemVector> vectors, out long done)
    {
        if (descriptor.File is not { } file)
        {
            return SystemErrors.Of(done = WriteStream(descriptor.Stream!, vectors));
        }

        return descriptor.IsAlwaysReady ? file.Write(vectors, out done)
            : descriptor.IsSocket ? SystemErrors.Of(done = descriptor.Host!.Send(vectors))
            : vectors[0].LengthBytes > PipeChunkBytes ? file.Write([vectors[0].First(PipeChunkBytes)], out done)
            : file.Write(FirstChunk(vectors), out done);
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

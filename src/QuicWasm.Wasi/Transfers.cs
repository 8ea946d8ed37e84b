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

        while (true)
        {
            Errno errno = Waiting.For(call, descriptor, PollEvents.Readable);
            if (errno != Errno.Success)
            {
                return errno;
            }

            done = descriptor.Host is not { } host ? ReadStream(descriptor.Stream!, vectors)
                : descriptor.IsSocket ? host.Receive(vectors, false, out _)
                : host.Read(vectors);
            errno = SystemErrors.Of(done);
            if (errno != Errno.Again || (descriptor.Flags & FdFlags.NonBlocking) != 0)
            {
                return errno;
            }
        }
    }

    public static Errno Write(in HostCall call, Descriptor descriptor, Span<FileSystemVector> vectors, out long done)
    {
        done = 0;
        while (!vectors.IsEmpty)
        {
            Errno errno = Waiting.For(call, descriptor, PollEvents.Writable);
            long written = errno == Errno.Success ? WriteSome(descriptor, vectors) : 0;
            errno = errno == Errno.Success ? SystemErrors.Of(written) : errno;
            if (errno == Errno.Again && (descriptor.Flags & FdFlags.NonBlocking) == 0)
            {
                continue;
            }

            if (errno != Errno.Success)
            {
                return done > 0 ? Errno.Success : errno;
            }

            done += written;
            vectors = descriptor.IsAlwaysReady ? [] : FileSystemVector.Skip(vectors, written);
        }

        return Errno.Success;
    }

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

    private static long ReadStream(Stream stream, ReadOnlySpan<FileSystemVector> vectors) => stream.Read(vectors[0].Span);

    private static long WriteStream(Stream stream, ReadOnlySpan<FileSystemVector> vectors)
    {
        long done = 0;
        foreach (FileSystemVector vector in vectors)
        {
            stream.Write(vector.Span);
            done += vector.LengthBytes;
        }

        return done;
    }
}

using static QuicWasm.Native.FileSystemCalls;

namespace QuicWasm.Native;

/// <content>Reading and writing.</content>
public sealed unsafe partial class FileSystemDescriptor
{
    /// <summary>Reads at the position, and moves it. Gives the number of bytes; 0 at the end.</summary>
    public long Read(ReadOnlySpan<FileSystemVector> vectors)
    {
        fixed (FileSystemVector* first = vectors)
        {
            long done;
            do
            {
                done = Finish((long)FileSystemCalls.Read(this, first, vectors.Length));
            }
            while (done == -Eintr);
            return done;
        }
    }

    /// <summary>Writes at the position, and moves it. Gives the number of bytes.</summary>
    public long Write(ReadOnlySpan<FileSystemVector> vectors)
    {
        fixed (FileSystemVector* first = vectors)
        {
            long done;
            do
            {
                done = Finish((long)FileSystemCalls.Write(this, first, vectors.Length));
            }
            while (done == -Eintr);
            return done;
        }
    }

    /// <summary>Reads at an offset; the position stays.</summary>
    public long ReadAt(ReadOnlySpan<FileSystemVector> vectors, long offset)
    {
        fixed (FileSystemVector* first = vectors)
        {
            long done;
            do
            {
                done = Finish((long)FileSystemCalls.ReadAt(this, first, vectors.Length, offset));
            }
            while (done == -Eintr);
            return done;
        }
    }

    /// <summary>Writes at an offset; the position stays.</summary>
    public long WriteAt(ReadOnlySpan<FileSystemVector> vectors, long offset)
    {
        fixed (FileSystemVector* first = vectors)
        {
            long done;
            do
            {
                done = Finish((long)FileSystemCalls.WriteAt(this, first, vectors.Length, offset));
            }
            while (done == -Eintr);
            return done;
        }
    }

    /// <summary>Receives from a socket without waiting.</summary>
    /// <param name="vectors">Where the bytes go.</param>
    /// <param name="peek">Whether they stay in the socket.</param>
    /// <param name="truncated">Whether the datagram was longer.</param>
    public long Receive(ReadOnlySpan<FileSystemVector> vectors, bool peek, out bool truncated)
    {
        fixed (FileSystemVector* first = vectors)
        {
            var message = new MessageHeader { Vectors = first, VectorCount = (nuint)vectors.Length };
            long done;
            do
            {
                done = Finish((long)FileSystemCalls.Receive(this, &message, MessageDontWait | (peek ? MessagePeek : 0)));
            }
            while (done == -Eintr);
            truncated = done >= 0 && (message.Flags & MessageTruncated) != 0;
            return done;
        }
    }

    /// <summary>Sends on a socket without waiting. A closed peer is an error, not a signal.</summary>
    public long Send(ReadOnlySpan<FileSystemVector> vectors)
    {
        fixed (FileSystemVector* first = vectors)
        {
            var message = new MessageHeader { Vectors = first, VectorCount = (nuint)vectors.Length };
            long done;
            do
            {
                done = Finish((long)FileSystemCalls.Send(this, &message, MessageDontWait | MessageNoSignal));
            }
            while (done == -Eintr);
            return done;
        }
    }

    /// <summary>Takes a connection from a listening socket; to be called when it is readable.</summary>
    public int Accept(out FileSystemDescriptor? connection)
    {
        int accepted = Finish(FileSystemCalls.Accept(this, 0, 0, SocketCloseOnExec | SocketNonBlocking));
        connection = accepted < 0 ? null : Own(accepted);
        return Math.Min(accepted, 0);
    }

    /// <summary>Ends one or both directions of a connection: 0 receiving, 1 sending, 2 both.</summary>
    public int Shutdown(int how) => Finish(FileSystemCalls.Shutdown(this, how));
}

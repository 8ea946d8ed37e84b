using System.IO.Pipes;

namespace QuicWasm.Native;

/// <summary>
/// Ends another thread's <see cref="Polling.Poll"/>. Signals that nobody has drained count as one, so neither side ever blocks.
/// Set the condition, then signal; after a wake, drain, then look at the condition: no wake is lost.
/// </summary>
/// <remarks>The descriptors are closed in child processes. Not for Windows, whose pipes cannot be polled.</remarks>
public sealed class WakePipe : IDisposable
{
    private readonly AnonymousPipeServerStream _reader;
    private readonly AnonymousPipeClientStream _writer;
    private int _signalled;

    /// <summary>Makes the pipe, not signalled.</summary>
    /// <exception cref="NativeException">No descriptor is left, or the system is Windows.</exception>
    public WakePipe()
    {
        if (OperatingSystem.IsWindows())
        {
            throw NativeException.NotSupported("a wake pipe needs poll(2), which Windows does not have");
        }

        try
        {
            _reader = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
            _writer = new AnonymousPipeClientStream(PipeDirection.Out, _reader.ClientSafePipeHandle);
        }
        catch (IOException exception)
        {
            throw new NativeException(NativeError.LimitReached, exception.HResult, $"cannot make a wake pipe: {exception.Message}; close descriptors or raise ulimit -n");
        }
    }

    /// <summary>Readable from a signal until the next drain. Only to be polled; owned by this object.</summary>
    public int ReadDescriptor => (int)_reader.SafePipeHandle.DangerousGetHandle();

    /// <summary>Makes the descriptor readable. From any thread; never blocks.</summary>
    public void Signal()
    {
        // RACE: only the thread that turns 0 into 1 writes, so at most one byte is in the pipe and the write cannot block.
        if (Interlocked.Exchange(ref _signalled, 1) == 0)
        {
            _writer.WriteByte(1);
        }
    }

    /// <summary>Makes the descriptor unreadable again. By one thread, the one that polls; does nothing when there was no signal.</summary>
    public void Drain()
    {
        // RACE: a signal between the read and the reset is taken by this drain: its condition was set before, and the caller looks after.
        if (Volatile.Read(ref _signalled) != 0)
        {
            _reader.ReadByte();
            Interlocked.Exchange(ref _signalled, 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        _reader.Dispose();
    }
}

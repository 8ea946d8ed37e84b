using System.Net.Sockets;

namespace QuicWasm.Transport;

/// <summary>One socket, plain or encrypted. Knows nothing of streams; its exceptions are the system's.</summary>
internal abstract class SocketChannel(Socket socket, string remotePeer) : IDisposable
{
    /// <summary>The other end, as in <c>tcp:127.0.0.1:41234</c>.</summary>
    public string RemotePeer { get; } = remotePeer;

    /// <summary>The SHA-256 of the peer's certificate, or null.</summary>
    public string? PeerFingerprint { get; protected set; }

    /// <summary>Why the peer is not trusted; such a channel may only be used to say so.</summary>
    public CertificateRejection? Rejection { get; protected set; }

    /// <summary>Where bytes are counted: with its own cells until it belongs to a connection.</summary>
    public CounterCells Counters { get; private set; } = new();

    protected Socket Socket { get; } = socket;

    /// <summary>Reads what there is; 0 at the end.</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Writes, and returns how many bytes were taken.</summary>
    public abstract ValueTask<int> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Whether <see cref="Receive"/> and <see cref="Send"/> are here.</summary>
    public virtual bool CanWaitHere => false;

    /// <summary>From now on only <see cref="Receive"/>, which waits at most so long, and <see cref="Send"/> are called.</summary>
    public virtual void WaitHereOnly(int timeoutMs) => throw new NotSupportedException();

    /// <summary>Reads what there is, on this thread, or waits for it; 0 at the end, -1 when nothing has come.</summary>
    public virtual int Receive(Span<byte> buffer, bool waits) => throw new NotSupportedException();

    /// <summary>Writes, on this thread; gives how many bytes were taken, -1 where none were for so long.</summary>
    public virtual int Send(ReadOnlySpan<byte> bytes, int timeoutMs) => throw new NotSupportedException();

    /// <summary>Sends the end of the stream.</summary>
    public abstract ValueTask CompleteWritesAsync();

    /// <summary>Counts a read that has returned, where reading itself does not.</summary>
    public abstract void CountRead(int bytes);

    /// <summary>Counts a write that has returned, where writing itself does not.</summary>
    public abstract void CountWrite(int bytes);

    /// <summary>From now on counts for a connection, with what was counted before.</summary>
    public void CountInto(CounterCells counters)
    {
        var before = Counters.Snapshot();
        Counters = counters;
        counters.AddSent(before.BytesSent);
        counters.AddReceived(before.BytesReceived);
    }

    /// <summary>Closes the socket; what was written still goes out.</summary>
    public virtual void Dispose() => Socket.Dispose();

    /// <summary>Closes the socket at once: what was written and has not left is dropped, and the peer gets an error. Operations of other threads may be active; <see cref="Dispose"/> follows after them.</summary>
    public void Reset() => Socket.Close(0);

    /// <summary>Closes at once a socket that nobody else uses.</summary>
    public void Discard()
    {
        Reset();
        Dispose();
    }

    /// <summary>Reads exactly as many bytes as fit; for handshakes.</summary>
    /// <exception cref="TransportException">The peer closed before.</exception>
    public async ValueTask ReadExactlyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        for (var filled = 0; filled < buffer.Length;)
        {
            var count = await ReadAsync(buffer[filled..], cancellationToken);
            if (count == 0)
            {
                throw new TransportException(TransportError.ConnectionLost, $"{RemotePeer} closed the connection during the handshake, after {filled} of {buffer.Length} bytes");
            }

            CountRead(count);
            filled += count;
        }
    }

    /// <summary>Writes all bytes; for handshakes and control messages.</summary>
    public async ValueTask WriteAllAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            var count = await WriteAsync(bytes, cancellationToken);
            CountWrite(count);
            bytes = bytes[count..];
        }
    }
}

using System.Net.Sockets;
using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>
/// A UDP socket and the threads that receive on it, one at a time, for the connections of one listener or for one that was dialled. When this machine
/// loses the address that it dialled from, the connection goes on from the next one.
/// </summary>
internal sealed partial class Ngtcp2Endpoint : IAsyncDisposable
{
    private const int SocketBufferBytes = 4 << 20;
    private const int DefaultSendBufferBytes = 1 << 20;
    private const int MaxBatchesPerTurn = 16;

    private Socket _socket;
    private readonly Ngtcp2Listener? _listener;
    private readonly Dictionary<QuicRoute, Ngtcp2Connection> _routes = [];
    private readonly List<Ngtcp2Connection> _connections = [];
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Ngtcp2Connection[] _known = [];
    private bool _stopping;

    public Ngtcp2Endpoint(Socket socket, bool isConnected, Ngtcp2Listener? listener, TransportOptions options)
    {
        _socket = socket;
        _listener = listener;
        Datagrams = new DatagramSocket(socket.SafeHandle, isConnected, SocketBufferBytes);
        Local = Serialize(socket.LocalEndPoint!);
        SendBufferBytes = options.SendBufferBytes > 0 ? options.SendBufferBytes : DefaultSendBufferBytes;
        ReportBytes = Ngtcp2Transport.StreamWindowOf(options) / 4;
    }

    public DatagramSocket Datagrams { get; private set; }

    /// <summary>The socket's own address, as sockaddr.</summary>
    public byte[] Local { get; private set; }

    public QuicChunks Chunks { get; } = new();

    public int SendBufferBytes { get; }

    /// <summary>After how many bytes read the peer is told at once that it may send more.</summary>
    public int ReportBytes { get; }

    public static byte[] Serialize(System.Net.EndPoint endPoint)
    {
        var address = endPoint.Serialize();
        return address.Buffer[..address.Size].ToArray();
    }

    /// <summary>Ends the thread, and closes the socket; connections that are left are gone without a word.</summary>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _stopping, true);
        Wake();
        await _stopped.Task;
    }

    public void Add(Ngtcp2Connection connection)
    {
        lock (_lock)
        {
            _connections.Add(connection);
            _known = [.. _connections];
        }
    }

    public void AddRoute(ReadOnlySpan<byte> id, Ngtcp2Connection connection)
    {
        lock (_lock)
        {
            _routes[QuicRoute.Of(id)] = connection;
        }
    }

    public void RemoveRoute(ReadOnlySpan<byte> id)
    {
        lock (_lock)
        {
            _routes.Remove(QuicRoute.Of(id));
        }
    }

    private bool ReceivesAny()
    {
        var batch = 0;
        for (; batch < MaxBatchesPerTurn && Datagrams.TryReceive(out var bytes, out var segmentBytes); batch++)
        {
            EndSearch();
            Route(bytes, segmentBytes);
        }

        if (batch < MaxBatchesPerTurn && Datagrams.TakeFailure() is { } failure)
        {
            HandleFailure(failure);
        }

        return batch > 0;
    }

    private void HandleFailure(NativeException failure)
    {
        // A dialled socket whose peer's port is closed, unless another way to the peer is looked for: it may lead to somebody else.
        // A listener's hears of single clients in no other way than their silence.
        // What else is wrong on the way may pass; the idle timeout ends a connection for which it does not.
        foreach (var connection in _listener is null ? _known : [])
        {
            if (!connection.IsEstablished || (Ngtcp2Errors.IsRefused(failure) && !_isLost))
            {
                connection.Lose(Ngtcp2Errors.Lost(connection.RemotePeer, failure));
            }
        }
    }

    /// <summary>Datagrams that came together are of one sender, and nearly always of one connection.</summary>
    private void Route(ReadOnlySpan<byte> bytes, int segmentBytes)
    {
        while (!bytes.IsEmpty)
        {
            var first = bytes[..Math.Min(segmentBytes, bytes.Length)];
            var target = Find(first);
            var length = first.Length;
            while (length < bytes.Length)
            {
                var next = bytes.Slice(length, Math.Min(segmentBytes, bytes.Length - length));
                if (Find(next) != target)
                {
                    break;
                }

                length += next.Length;
            }

            if (target is null)
            {
                target = _listener?.Admit(first, Datagrams.Remote);
                length = first.Length;
            }

            target?.Receive(bytes[..length], segmentBytes, Datagrams.Remote);
            bytes = bytes[length..];
        }
    }

    private Ngtcp2Connection? Find(ReadOnlySpan<byte> packet)
    {
        if (_listener is null)
        {
            // All that comes to a dialled socket, also a stateless reset, which names no connection.
            return _known.Length > 0 ? _known[0] : null;
        }

        if (!QuicPackets.TryReadDestination(packet, out var id))
        {
            return null;
        }

        lock (_lock)
        {
            return _routes.GetValueOrDefault(QuicRoute.Of(id));
        }
    }

    private void HandleTimers()
    {
        var now = QuicClock.NowNs;
        foreach (var connection in _known)
        {
            if (connection.ExpiryNs <= now && !connection.HandleTimer())
            {
                Remove(connection);
            }
        }
    }

    private void Remove(Ngtcp2Connection connection)
    {
        lock (_lock)
        {
            _connections.Remove(connection);
            _known = [.. _connections];
            foreach (var (route, target) in _routes)
            {
                if (target == connection)
                {
                    _routes.Remove(route);
                }
            }

            _stopping |= _listener is null && _connections.Count == 0;
        }
    }

    /// <summary>Gives everything back. By the thread at its end, or by who could not start it.</summary>
    public void Finish()
    {
        _standby.End();
        LeaveReadersToPool();
        ForgetAddresses();
        foreach (var connection in _known)
        {
            connection.Lose(new TransportException(TransportError.ConnectionLost, $"the socket of the connection to {connection.RemotePeer} was closed"));
            connection.HandleTimer();
        }

        Datagrams.Dispose();
        _socket.Dispose();
        lock (_wakeLock)
        {
            _isFinished = true;
            _wake.Dispose();
        }

        Chunks.Dispose();
        _stopped.SetResult();
    }
}

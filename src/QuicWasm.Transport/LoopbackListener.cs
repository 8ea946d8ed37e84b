using System.Threading.Channels;

namespace QuicWasm.Transport;

/// <summary>The accepting end of a loopback name.</summary>
internal sealed class LoopbackListener(TransportEndpoint endpoint, TransportOptions options, Action disposed) : ITransportListener
{
    private readonly Channel<LoopbackConnection> _accepted = Channel.CreateUnbounded<LoopbackConnection>();
    private readonly HashSet<LoopbackConnection> _connections = [];
    private readonly Lock _lock = new();
    private long _refused;
    private bool _disposed;

    public TransportEndpoint Endpoint => endpoint;

    public long RefusedCount => Interlocked.Read(ref _refused);

    public async ValueTask<ITransportConnection> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _accepted.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException($"the listener on {endpoint}");
        }
    }

    /// <summary>Makes both ends of a connection, and returns the connecting one.</summary>
    public LoopbackConnection Connect(TransportOptions peerOptions, string peerName)
    {
        var (near, far) = LoopbackConnection.MakePair(peerOptions, options, endpoint.ToString(), peerName, Forget);
        lock (_lock)
        {
            if (_disposed)
            {
                throw new TransportException(TransportError.Unreachable, $"cannot connect to {endpoint}: nobody listens any more");
            }

            if (_connections.Count >= options.MaxConnections)
            {
                var refusal = new TransportException(TransportError.TooManyConnections, $"{endpoint} has as many connections as it may have ({options.MaxConnections}); try again later, or raise its limit");
                Interlocked.Increment(ref _refused);
                options.Refused?.Invoke(refusal);
                throw refusal;
            }

            _connections.Add(far);
            _accepted.Writer.TryWrite(far);
        }

        return near;
    }

    public async ValueTask DisposeAsync()
    {
        LoopbackConnection[] connections;
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            connections = [.. _connections];
        }

        disposed();
        _accepted.Writer.TryComplete();
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    private void Forget(LoopbackConnection connection)
    {
        lock (_lock)
        {
            _connections.Remove(connection);
        }
    }
}

using System.Collections.Concurrent;

namespace QuicWasm.Transport;

/// <summary>Connections within one process, by name; with the limits, deadlines and back-pressure of a real transport. Names are known to this instance only.</summary>
public sealed class LoopbackTransport : ITransport
{
    private readonly ConcurrentDictionary<string, LoopbackListener> _listeners = new(StringComparer.Ordinal);
    private long _connections;

    /// <inheritdoc/>
    public string Name => "loopback";

    /// <inheritdoc/>
    public ValueTask<ITransportListener> ListenAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var listener = new LoopbackListener(endpoint, options, () => _listeners.TryRemove(endpoint.Host, out _));
        return _listeners.TryAdd(endpoint.Host, listener)
            ? new ValueTask<ITransportListener>(listener)
            : throw new TransportException(TransportError.AddressUnavailable, $"cannot listen on {endpoint}: the name is taken; take another");
    }

    /// <inheritdoc/>
    public ValueTask<ITransportConnection> ConnectAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        if (!_listeners.TryGetValue(endpoint.Host, out var listener))
        {
            throw new TransportException(TransportError.Unreachable, $"cannot connect to {endpoint}: nobody listens; is a node listening there, in this process?");
        }

        var number = Interlocked.Increment(ref _connections);
        return new ValueTask<ITransportConnection>(listener.Connect(options, $"{endpoint}#{number}"));
    }
}

namespace QuicWasm.Transport;

/// <summary>A way to reach other nodes: makes and accepts connections of many streams.</summary>
public interface ITransport
{
    /// <summary>The scheme in endpoints: <c>tcp</c>, <c>tls</c>, <c>loopback</c>.</summary>
    string Name { get; }

    /// <summary>Begins to listen. Port 0 takes a free port, which the listener's endpoint tells.</summary>
    /// <exception cref="TransportException">The address is in use, not local, or not allowed by the options.</exception>
    ValueTask<ITransportListener> ListenAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default);

    /// <summary>Connects to a listener of the same transport. When it returns, both sides have agreed on version and limits, and on each other's identity where the transport has one.</summary>
    /// <exception cref="TransportException">Nobody answers, the peer is not who it should be, or it refuses.</exception>
    ValueTask<ITransportConnection> ConnectAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default);
}

namespace QuicWasm.Transport;

/// <summary>A way to reach other nodes: makes and accepts connections of many streams.</summary>
public interface ITransport
{
    /// <summary>The scheme in endpoints: <c>tcp</c>, <c>tls</c>, <c>quic</c>, <c>quic:ngtcp2</c>, <c>quic:msquic</c>, <c>loopback</c>.</summary>
    string Name { get; }

    /// <summary>Which library carries it and its version, as in <c>ngtcp2 0.12.1</c>; null where it is the platform itself, or the library is not here.</summary>
    string? Provider => null;

    /// <summary>Begins to listen. Port 0 takes a free port, which the listener's endpoint tells.</summary>
    /// <exception cref="TransportException">The address is in use, not local, or not allowed by the options.</exception>
    ValueTask<ITransportListener> ListenAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default);

    /// <summary>Connects to a listener of the same transport. When it returns, both sides have agreed on version and limits, and on each other's identity where the transport has one.</summary>
    /// <exception cref="TransportException">Nobody answers, the peer is not who it should be, or it refuses.</exception>
    ValueTask<ITransportConnection> ConnectAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default);
}

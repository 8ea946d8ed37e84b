namespace QuicWasm.Transport;

/// <summary>Accepts connections. Disposing of it also closes the connections that it accepted.</summary>
public interface ITransportListener : IAsyncDisposable
{
    /// <summary>Where it listens, with the real port; others can connect to it.</summary>
    TransportEndpoint Endpoint { get; }

    /// <summary>How many peers were turned away: no handshake, a wrong one, no authentication, too late, or too many.</summary>
    long RefusedCount { get; }

    /// <summary>The next connection. A peer that fails its handshake is refused and counted, and never seen here.</summary>
    /// <exception cref="ObjectDisposedException">The listener is disposed of, also while waiting.</exception>
    ValueTask<ITransportConnection> AcceptAsync(CancellationToken cancellationToken = default);
}

namespace QuicWasm.Transport;

/// <summary>
/// A connection to one peer, with many independent streams that either side can open. All members may be used from any thread.
/// Closing or losing a connection aborts its streams: what the peer has not read by then may be lost, so wait for its answer first.
/// </summary>
public interface ITransportConnection : IAsyncDisposable
{
    /// <summary>The peer in words, as in <c>tcp:127.0.0.1:41234</c>, for messages and logs.</summary>
    string RemotePeer { get; }

    /// <summary>The SHA-256 of the peer's certificate in lower-case hex, or null where the transport does not authenticate.</summary>
    string? PeerFingerprint { get; }

    /// <summary>What was transferred until now.</summary>
    TransportCounters Counters { get; }

    /// <summary>Signalled when the connection is closed or lost, by whichever side.</summary>
    CancellationToken Closed { get; }

    /// <summary>Opens a stream. When the peer's limit of open streams is reached, waits for one to end.</summary>
    /// <exception cref="TransportException">The connection is closed or lost, or no stream ended within the connect timeout.</exception>
    ValueTask<ITransportStream> OpenStreamAsync(CancellationToken cancellationToken = default);

    /// <summary>The next stream that the peer opened.</summary>
    /// <exception cref="TransportException">The connection is closed (with the peer's code) or lost.</exception>
    ValueTask<ITransportStream> AcceptStreamAsync(CancellationToken cancellationToken = default);

    /// <summary>Closes the connection and tells the peer why; waits for it at most for the close timeout. Does nothing when already closed.</summary>
    /// <param name="code">What the peer's pending operations report; below 2^62.</param>
    /// <param name="cancellationToken">Ends the wait; the connection is closed all the same.</param>
    ValueTask CloseAsync(ulong code, CancellationToken cancellationToken = default);
}

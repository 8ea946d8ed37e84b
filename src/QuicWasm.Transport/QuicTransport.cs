namespace QuicWasm.Transport;

/// <summary>QUIC by whichever provider this machine has: MsQuic if the platform supports it, else ngtcp2. <see cref="Provider"/> says which.</summary>
public sealed class QuicTransport : ITransport
{
    private readonly ITransport _chosen = MsQuicTransport.IsSupported ? new MsQuicTransport() : new Ngtcp2Transport();

    /// <inheritdoc/>
    public string Name => "quic";

    /// <inheritdoc/>
    public string? Provider => _chosen.Provider;

    /// <inheritdoc/>
    public ValueTask<ITransportListener> ListenAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default)
    {
        Check();
        return _chosen.ListenAsync(endpoint, options, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ITransportConnection> ConnectAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default)
    {
        Check();
        return _chosen.ConnectAsync(endpoint, options, cancellationToken);
    }

    private void Check()
    {
        if (Provider is null)
        {
            throw new TransportException(
                TransportError.ProviderMissing, $"quic is not available: this machine has neither libmsquic nor libngtcp2; {Native.QuicLibraries.Advice}");
        }
    }
}

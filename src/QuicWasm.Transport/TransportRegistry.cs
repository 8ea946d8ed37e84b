namespace QuicWasm.Transport;

/// <summary>The transports by name. Loopback names are known within one registry only.</summary>
public sealed class TransportRegistry
{
    private readonly Dictionary<string, ITransport> _transports;

    /// <summary>A registry of the given transports.</summary>
    public TransportRegistry(IEnumerable<ITransport> transports) =>
        _transports = transports.ToDictionary(transport => transport.Name, StringComparer.Ordinal);

    /// <summary>The names that <see cref="Get"/> knows, in order.</summary>
    public IReadOnlyList<string> Names => [.. _transports.Keys.Order(StringComparer.Ordinal)];

    /// <summary>A registry of all transports that this build has.</summary>
    public static TransportRegistry CreateDefault() => new([new LoopbackTransport(), .. TransportCatalogue.All.Select(static t => t.Create())]);

    /// <summary>The transport of that name.</summary>
    /// <exception cref="TransportException">There is none; the message lists the names.</exception>
    public ITransport Get(string name) => _transports.TryGetValue(name, out var transport)
        ? transport
        : throw new TransportException(TransportError.InvalidEndpoint, $"there is no transport '{name}'; use one of: {string.Join(", ", Names)}");

    /// <summary>Listens with the transport that the endpoint names.</summary>
    public ValueTask<ITransportListener> ListenAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return Get(endpoint.Scheme).ListenAsync(endpoint, options, cancellationToken);
    }

    /// <summary>Connects with the transport that the endpoint names.</summary>
    public ValueTask<ITransportConnection> ConnectAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return Get(endpoint.Scheme).ConnectAsync(endpoint, options, cancellationToken);
    }
}

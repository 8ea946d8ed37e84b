using System.Collections.Immutable;

namespace QuicWasm.Transport;

/// <summary>A transport between machines, by its name.</summary>
/// <param name="Name">The scheme of its endpoints.</param>
/// <param name="IsAuthenticated">Whether both sides show who they are: it needs an identity and peers to trust.</param>
/// <param name="Create">Makes it.</param>
public sealed record TransportEntry(string Name, bool IsAuthenticated, Func<ITransport> Create);

/// <summary>The transports between machines that this build has: the one list that endpoints, commands and the harness go by.</summary>
public static class TransportCatalogue
{
    /// <summary>All of them, the default first. One line a transport.</summary>
    public static ImmutableArray<TransportEntry> All { get; } =
    [
        new("tcp", IsAuthenticated: false, SocketTransport.Tcp),
        new("tls", IsAuthenticated: true, SocketTransport.Tls),
        new("quic", IsAuthenticated: true, static () => new QuicTransport()),
        new("quic:ngtcp2", IsAuthenticated: true, static () => new Ngtcp2Transport()),
        new("quic:msquic", IsAuthenticated: true, static () => new MsQuicTransport()),
    ];

    /// <summary>Their names.</summary>
    public static ImmutableArray<string> Names { get; } = [.. All.Select(static t => t.Name)];

    /// <summary>Whether the transport of an endpoint authenticates.</summary>
    public static bool IsAuthenticated(string name) => All.Any(t => t.Name == name && t.IsAuthenticated);
}

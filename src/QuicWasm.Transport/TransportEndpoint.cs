using System.Globalization;
using System.Net;

namespace QuicWasm.Transport;

/// <summary>Where a node listens: <c>tcp:127.0.0.1:7000</c>, <c>tcp:[::1]:0</c>, <c>quic:node2.example:7000</c>, <c>quic:ngtcp2:127.0.0.1:0</c>, <c>loopback:name</c>.</summary>
public sealed record TransportEndpoint
{
    private TransportEndpoint(string scheme, string host, int port)
    {
        Scheme = scheme;
        Host = host;
        Port = port;
    }

    /// <summary>The schemes that <see cref="Parse"/> accepts.</summary>
    public static IReadOnlyList<string> Schemes { get; } = [.. TransportCatalogue.Names, "loopback"];

    /// <summary>The transport's name.</summary>
    public string Scheme { get; }

    /// <summary>An address or a host name without brackets; for loopback the name.</summary>
    public string Host { get; }

    /// <summary>The port; 0 asks for a free one, and for loopback there is none.</summary>
    public int Port { get; }

    /// <summary>Reads an endpoint.</summary>
    /// <exception cref="TransportException">It is malformed; the message shows what would be right.</exception>
    public static TransportEndpoint Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // The longest: one name may begin another's.
        var scheme = Schemes.Where(name => text.StartsWith(name + ":", StringComparison.Ordinal)).MaxBy(name => name.Length);
        if (scheme is null)
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            scheme = colon < 0 ? text : text[..colon];
            throw Invalid(text, $"'{scheme}' is not a transport; begin with one of: {string.Join(", ", Schemes.Select(name => name + ":"))}");
        }

        var rest = text[(scheme.Length + 1)..];
        if (scheme == "loopback")
        {
            return rest.Length == 0 ? throw Invalid(text, "the name is missing; write loopback:name") : new TransportEndpoint(scheme, rest, 0);
        }

        var lastColon = rest.LastIndexOf(':');
        if (lastColon < 0 || rest.EndsWith(']'))
        {
            throw Invalid(text, $"the port is missing; write {scheme}:127.0.0.1:7000, with port 0 for a free one");
        }

        if (!ushort.TryParse(rest.AsSpan(lastColon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            throw Invalid(text, $"'{rest[(lastColon + 1)..]}' is not a port; write a number from 0 to 65535");
        }

        return new TransportEndpoint(scheme, ParseHost(text, scheme, rest[..lastColon]), port);
    }

    /// <summary>The endpoint of an address and port.</summary>
    internal static TransportEndpoint Of(string scheme, IPEndPoint address) => new(scheme, address.Address.ToString(), address.Port);

    /// <summary>The same endpoint with the port that the system chose.</summary>
    internal TransportEndpoint WithPort(int port) => new(Scheme, Host, port);

    /// <summary>The host's addresses, at least one.</summary>
    internal async ValueTask<IPAddress[]> ResolveAsync(CancellationToken cancellationToken) =>
        IPAddress.TryParse(Host, out var address) ? [address] : await Dns.GetHostAddressesAsync(Host, cancellationToken);

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => Scheme == "loopback"
        ? $"{Scheme}:{Host}"
        : string.Create(CultureInfo.InvariantCulture, $"{Scheme}:{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");

    private static string ParseHost(string text, string scheme, string host)
    {
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            return IPAddress.TryParse(host[1..^1], out var address) && host.Contains(':', StringComparison.Ordinal)
                ? address.ToString()
                : throw Invalid(text, $"'{host[1..^1]}' is not an IPv6 address; write {scheme}:[::1]:7000");
        }

        if (host.Contains(':', StringComparison.Ordinal))
        {
            throw Invalid(text, $"an IPv6 address stands in brackets; write {scheme}:[::1]:7000");
        }

        return host.Length > 0 && Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4
            ? host
            : throw Invalid(text, $"'{host}' is not an address or host name; write {scheme}:127.0.0.1:7000 or {scheme}:name:7000");
    }

    private static TransportException Invalid(string text, string why) => new(TransportError.InvalidEndpoint, $"endpoint '{text}': {why}");
}

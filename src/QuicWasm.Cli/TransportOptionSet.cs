using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary>The options that say how nodes reach each other, who this node is, and whom it trusts.</summary>
internal sealed class TransportOptionSet
{
    private readonly Option<string?> _transport = new("--transport")
    {
        Description = "What carries endpoints that are given as HOST:PORT alone; an endpoint such as tls:HOST:PORT names its own",
    };

    private readonly Option<string?> _identity = Identity();
    private readonly Option<string[]> _peers = new("--peer")
    {
        Description = "Trusts the node with this fingerprint (SHA-256 of its certificate, as it prints it); may be given again",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _authorities = new("--ca") { Description = "Trusts every node that an authority in this PEM file has signed" };
    private readonly Option<bool> _insecureBind = new("--insecure-bind")
    {
        Description = "Lets tcp, which is neither encrypted nor authenticated, listen on other than loopback addresses",
    };

    private readonly Option<string?> _congestion = new("--congestion")
    {
        Description = "How QUIC finds out how fast the network is (quic:ngtcp2; MsQuic has its own way): bbr, the default, by measured rate and delay; cubic as most do, and reno take each loss for congestion",
    };

    private readonly Option<bool> _earlyData = new("--early-data")
    {
        Description = "Over quic:ngtcp2, when both sides have it: a node that was connected before is connected again after one round trip instead of two (0-RTT)",
    };

    private readonly Option<bool> _validateAddress = new("--validate-address")
    {
        Description = "Over QUIC, makes every client show that it is at its address before anything is kept for it: one round trip more",
    };

    /// <summary>Makes the options.</summary>
    public TransportOptionSet()
    {
        _congestion.AcceptOnlyFromAmong([.. Enum.GetNames<QuicCongestionControl>().Select(static n => n.ToLowerInvariant())]);
        _transport.AcceptOnlyFromAmong([.. TransportCatalogue.Names]);
    }

    /// <summary>Where this node's key pair is.</summary>
    public static Option<string?> Identity() => new("--identity")
    {
        Description = $"This node's certificate and private key, a PEM file; made at first use. Without it {DefaultIdentity() ?? "there is none"}",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command, bool listens)
    {
        command.Add(_transport);
        command.Add(_identity);
        command.Add(_peers);
        command.Add(_authorities);
        command.Add(_congestion);
        command.Add(_earlyData);
        if (listens)
        {
            command.Add(_insecureBind);
            command.Add(_validateAddress);
        }
    }

    /// <summary>Whether a text names a node, and not a file.</summary>
    public bool IsEndpoint(ParseResult parsed, string text) => parsed.GetValue(_transport) is not null || HasScheme(text);

    /// <summary>Reads an endpoint, with or without its transport.</summary>
    /// <exception cref="UsageException">It names another transport than the option.</exception>
    public TransportEndpoint Endpoint(ParseResult parsed, string text)
    {
        string? transport = parsed.GetValue(_transport);
        TransportEndpoint endpoint = TransportEndpoint.Parse(transport is null || HasScheme(text) ? text : $"{transport}:{text}");
        return transport is null || endpoint.Scheme == transport
            ? endpoint
            : throw new UsageException($"--transport {transport} and the endpoint {text} do not go together");
    }

    /// <summary>The transport's name, or the default's.</summary>
    public string Name(ParseResult parsed) => parsed.GetValue(_transport) ?? TransportCatalogue.Names[0];

    /// <summary>What the transports of these endpoints are told. Where one of them authenticates, says who this node is.</summary>
    /// <exception cref="UsageException">Nobody is trusted, or trust is asked for where nothing authenticates.</exception>
    public TransportOptions Options(ParseResult parsed, CommandConsole console, params IEnumerable<TransportEndpoint?> endpoints)
    {
        CheckQuic(parsed, endpoints);
        TransportOptions options = TransportOptions.Default with
        {
            AllowInsecureBind = parsed.GetValue(_insecureBind),
            Quic = new QuicOptions
            {
                CongestionControl = Congestion(parsed),
                AlwaysValidateAddress = parsed.GetValue(_validateAddress),
                EarlyData = parsed.GetValue(_earlyData),
            },
            Refused = e => console.Say(e.Message),
        };
        string[] peers = parsed.GetRequiredValue(_peers);
        string? authorities = parsed.GetValue(_authorities);
        if (!endpoints.Any(static e => e is not null && TransportCatalogue.IsAuthenticated(e.Scheme)))
        {
            return peers.Length == 0 && authorities is null && parsed.GetValue(_identity) is null
                ? options
                : throw new UsageException(
                    $"--identity, --peer and --ca need a transport that authenticates: {string.Join(", ", TransportCatalogue.All.Where(static t => t.IsAuthenticated).Select(static t => t.Name))}");
        }

        SayProviders(parsed, console, endpoints);
        NodeIdentity identity = NodeIdentity.LoadOrCreateFile(IdentityFile(parsed.GetValue(_identity)));
        console.Say($"this node's fingerprint is {identity.Fingerprint}");
        return peers.Length == 0 && authorities is null
            ? throw new UsageException("nobody is trusted yet: give --peer FINGERPRINT, which the other node prints (quicwasm identity), or --ca FILE")
            : options with { Authentication = new PeerAuthentication(identity, Fingerprints(peers), Authorities(authorities)) };
    }

    /// <summary>The options as another process of this node is to be given them.</summary>
    public IEnumerable<string> Arguments(ParseResult parsed) =>
    [
        .. TrustArguments(parsed),
        .. parsed.GetValue(_congestion) is { } congestion ? new[] { _congestion.Name, congestion } : [],
        .. parsed.GetValue(_earlyData) ? new[] { _earlyData.Name } : [],
    ];

    private QuicCongestionControl Congestion(ParseResult parsed) =>
        parsed.GetValue(_congestion) is { } name ? Enum.Parse<QuicCongestionControl>(name, ignoreCase: true) : new QuicOptions().CongestionControl;

    private void CheckQuic(ParseResult parsed, IEnumerable<TransportEndpoint?> endpoints)
    {
        string? option = parsed.GetValue(_congestion) is not null ? _congestion.Name
            : parsed.GetValue(_validateAddress) ? _validateAddress.Name
            : parsed.GetValue(_earlyData) ? _earlyData.Name
            : null;
        if (option is not null && !endpoints.Any(static e => e is not null && e.Scheme.StartsWith("quic", StringComparison.Ordinal)))
        {
            throw new UsageException($"{option} needs a transport over QUIC: quic, quic:ngtcp2 or quic:msquic");
        }
    }

    // "quic" is whichever this machine has.
    private void SayProviders(ParseResult parsed, CommandConsole console, IEnumerable<TransportEndpoint?> endpoints)
    {
        foreach (string scheme in endpoints.Select(static e => e?.Scheme).OfType<string>().Distinct())
        {
            if (Transports.All.Get(scheme).Provider is { } provider)
            {
                bool isDeaf = parsed.GetValue(_congestion) is not null && provider.StartsWith("msquic", StringComparison.Ordinal);
                console.Say($"{scheme} is carried by {provider}{(isDeaf ? ", which lets nobody choose its congestion control" : "")}");
            }
        }
    }

    private IEnumerable<string> TrustArguments(ParseResult parsed)
    {
        string[] peers = parsed.GetRequiredValue(_peers);
        string? authorities = parsed.GetValue(_authorities);
        if (peers.Length == 0 && authorities is null)
        {
            return [];
        }

        string[] authority = authorities is null ? [] : [_authorities.Name, Path.GetFullPath(authorities)];
        return [_identity.Name, Path.GetFullPath(IdentityFile(parsed.GetValue(_identity))), .. authority, .. peers.SelectMany(p => new[] { _peers.Name, p })];
    }

    /// <summary>The file of this node's identity.</summary>
    /// <exception cref="UsageException">There is no default, because the user has no folder for data.</exception>
    public static string IdentityFile(string? given) =>
        given ?? DefaultIdentity() ?? throw new UsageException("this user has no folder for data (HOME and XDG_DATA_HOME are not set): give --identity FILE");

    // $XDG_DATA_HOME, or ~/.local/share, on Linux; the system's own place for data elsewhere.
    private static string? DefaultIdentity()
    {
        string data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return data.Length == 0 ? null : Path.Combine(data, "quicwasm", NodeIdentity.FileName);
    }

    private static bool HasScheme(string text) => TransportEndpoint.Schemes.Any(s => text.StartsWith(s + ":", StringComparison.Ordinal));

    private static string[] Fingerprints(string[] peers)
    {
        foreach (string peer in peers)
        {
            string digits = peer.Replace(":", "", StringComparison.Ordinal);
            if (digits.Length != 2 * SHA256.HashSizeInBytes || !digits.All(char.IsAsciiHexDigit))
            {
                throw new UsageException($"--peer {peer}: a fingerprint has 64 hex digits, as the other node prints them");
            }
        }

        return peers;
    }

    private static X509Certificate2Collection Authorities(string? file)
    {
        var authorities = new X509Certificate2Collection();
        if (file is null)
        {
            return authorities;
        }

        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--ca {file}: {e.Message}");
        }

        return authorities.Count > 0 ? authorities : throw new CommandException($"--ca {file}: there is no certificate in it");
    }
}

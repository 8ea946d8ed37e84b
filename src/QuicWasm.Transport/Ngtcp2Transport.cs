using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>QUIC over the distribution's libngtcp2 and GnuTLS; both sides show a certificate, as with <c>tls</c>.</summary>
public sealed class Ngtcp2Transport : ITransport
{
    /// <summary>What QUIC peers agree to speak (ALPN): the version of docs/wire-protocol.md.</summary>
    internal const string Protocol = "quicwasm/1";

    private const int DefaultStreamWindowBytes = 1 << 20;
    private const ulong MaxStreamWindowBytes = 8 << 20;
    private const ulong WindowBytes = 256 << 20;
    private const int InternetPayloadBytes = 1452;
    private const int MaxResumptions = 1024;

    /// <summary>Within one machine there is no path to discover, and larger datagrams cost less for each byte; a peer that takes less says so.</summary>
    private const int LoopbackPayloadBytes = 16 << 10;

    private readonly ConcurrentDictionary<string, QuicResumption> _resumptions = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "quic:ngtcp2";

    /// <summary>Whether the libraries are here.</summary>
    public static bool IsSupported => QuicLibraries.AreSupported;

    /// <inheritdoc/>
    public string? Provider => IsSupported ? $"ngtcp2 {QuicLibraries.Version}" : null;

    /// <summary>Whether it shows its certificate when it connects. For tests.</summary>
    internal bool ShowsCertificate { get; init; } = true;

    /// <summary>The largest datagram, whatever the address; 0: as the address suggests. For tests.</summary>
    internal int PayloadBytes { get; init; }

    /// <summary>What the peers agree to speak. For tests with programs that speak something else.</summary>
    internal string Speaks { get; init; } = Protocol;

    /// <summary>How many one-way streams the peer may open. For tests with programs that go away when it is one.</summary>
    internal ulong OneWayStreams { get; init; } = 1;

    /// <inheritdoc/>
    public async ValueTask<ITransportListener> ListenAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        Socket? socket = null;
        try
        {
            var addresses = await endpoint.ResolveAsync(cancellationToken);
            var address = new IPEndPoint(addresses[0], endpoint.Port);
            socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = address.Address.Equals(IPAddress.IPv6Any);
            }

            socket.Bind(address);
            var local = (IPEndPoint)socket.LocalEndPoint!;
            return new Ngtcp2Listener(endpoint.WithPort(local.Port), socket, CredentialsOf(options), SettingsOf(options, local.Address), options);
        }
        catch (Exception exception)
        {
            socket?.Dispose();
            if (exception is SocketException)
            {
                throw SocketErrors.Translate(exception, $"listen on {endpoint}");
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ITransportConnection> ConnectAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        cancellationToken.ThrowIfCancellationRequested();
        IPAddress[] addresses;
        try
        {
            addresses = await Deadline.RunAsync(
                options.ConnectTimeout, $"looking up {endpoint}", async token => await endpoint.ResolveAsync(token), cancellationToken);
        }
        catch (SocketException exception)
        {
            throw SocketErrors.Translate(exception, $"connect to {endpoint}");
        }

        for (var index = 0; ; index++)
        {
            try
            {
                return await ConnectAsync(endpoint, new IPEndPoint(addresses[index], endpoint.Port), options, cancellationToken);
            }
            catch (TransportException exception) when (index + 1 < addresses.Length && exception.Error is TransportError.Unreachable or TransportError.Timeout)
            {
                // The name has another address to try.
            }
        }
    }

    /// <summary>How many bytes of a stream a peer may send before any is read.</summary>
    internal static int StreamWindowOf(TransportOptions options) => options.ReceiveBufferBytes > 0 ? options.ReceiveBufferBytes : DefaultStreamWindowBytes;

    private async ValueTask<ITransportConnection> ConnectAsync(
        TransportEndpoint endpoint, IPEndPoint address, TransportOptions options, CancellationToken cancellationToken)
    {
        using var credentials = ShowsCertificate ? CredentialsOf(options) : QuicCredentials.CreateAnonymous();
        if (options.Quic.EarlyData && _resumptions.TryRemove(KeyOf(endpoint, options), out var resumption)
            && Ngtcp2Connection.Judge(resumption.Certificates, options).Rejection is null)
        {
            try
            {
                return await ConnectAsync(endpoint, address, options, credentials, resumption, cancellationToken);
            }
            catch (TransportException exception) when (exception.Error is TransportError.AuthenticationFailed)
            {
                // The listener does not know this node any more, or is another one: who it is shows without the past.
            }
        }

        return await ConnectAsync(endpoint, address, options, credentials, null, cancellationToken);
    }

    private async ValueTask<ITransportConnection> ConnectAsync(
        TransportEndpoint endpoint, IPEndPoint address, TransportOptions options, QuicCredentials credentials, QuicResumption? resumption, CancellationToken cancellationToken)
    {
        var connection = Begin(endpoint, address, options, credentials, resumption);
        try
        {
            // The handshake's own deadline is the connection's.
            await connection.Ready.WaitAsync(cancellationToken);
            return connection;
        }
        catch (Exception exception)
        {
            await connection.DisposeAsync();
            throw exception is TransportException failure ? failure.Again() : exception;
        }
    }

    // A node that has another identity, or another one's listener, begins anew.
    private static string KeyOf(TransportEndpoint endpoint, TransportOptions options) => $"{endpoint} {options.Authentication!.Identity.Fingerprint}";

    private Ngtcp2Connection Begin(TransportEndpoint endpoint, IPEndPoint address, TransportOptions options, QuicCredentials credentials, QuicResumption? resumption)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(address);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw SocketErrors.Translate(exception, $"connect to {endpoint}");
        }

        var quic = new Ngtcp2Endpoint(socket, isConnected: true, null, options);
        var gate = new Lock();
        Ngtcp2Connection connection;
        try
        {
            connection = Begin(quic, endpoint, address, options, credentials, gate, resumption);
        }
        catch (NativeException exception)
        {
            quic.Finish();
            throw new TransportException(TransportError.ResourcesExhausted, $"cannot begin a connection to {endpoint}: {exception.Message}", null, exception);
        }

        quic.Start();
        return connection;
    }

    private Ngtcp2Connection Begin(
        Ngtcp2Endpoint quic, TransportEndpoint endpoint, IPEndPoint address, TransportOptions options, QuicCredentials credentials, Lock gate, QuicResumption? resumption)
    {
        lock (gate)
        {
            var connection = new Ngtcp2Connection(
                quic, null, options, endpoint.ToString(), gate,
                events => QuicSession.Connect(
                    SettingsOf(options, address.Address) with { Ticket = resumption?.Ticket }, credentials, quic.Datagrams, events, quic.Local, Ngtcp2Endpoint.Serialize(address), QuicClock.NowNs),
                resumption,
                options.Quic.EarlyData ? kept => Keep(KeyOf(endpoint, options), kept) : null);
            quic.Add(connection);
            connection.Begin();
            return connection;
        }
    }

    private static void Check(TransportOptions options)
    {
        options.Validate();
        if (options.Authentication is null)
        {
            throw new TransportException(TransportError.AuthenticationFailed, "quic needs an identity and the peers to trust; set the options' Authentication");
        }

        if (!IsSupported)
        {
            throw new TransportException(TransportError.ProviderMissing, $"quic:ngtcp2 is not available: libngtcp2 is not on this machine; {QuicLibraries.Advice}");
        }
    }

    private static QuicCredentials CredentialsOf(TransportOptions options)
    {
        var identity = options.Authentication!.Identity;
        try
        {
            return QuicCredentials.Create(identity.CertificatesPem(), identity.KeyPem());
        }
        catch (NativeException exception)
        {
            throw new TransportException(TransportError.AuthenticationFailed, $"this node's identity cannot be used over QUIC: {exception.Message}", null, exception);
        }
    }

    private QuicSettings SettingsOf(TransportOptions options, IPAddress address) => new()
    {
        HandshakeTimeoutNs = QuicClock.ToNs(options.HandshakeTimeout),
        IdleTimeoutNs = QuicClock.ToNs(options.IdleTimeout),
        KeepAliveNs = QuicClock.ToNs(options.IdleTimeout / 4),
        MaxStreams = (ulong)options.MaxStreams,
        StreamWindowBytes = (ulong)StreamWindowOf(options),
        MaxStreamWindowBytes = options.ReceiveBufferBytes > 0 ? 0 : MaxStreamWindowBytes,
        WindowBytes = WindowBytes,
        CongestionControl = (int)options.Quic.CongestionControl,
        MaxPayloadBytes = PayloadBytes > 0 ? PayloadBytes : IPAddress.IsLoopback(address) ? LoopbackPayloadBytes : InternetPayloadBytes,
        IsPayloadKnown = IPAddress.IsLoopback(address),
        Protocol = Speaks,
        MaxOneWayStreams = OneWayStreams,
        ResetSecret = ResetSecretOf(options),
        TicketKey = options.Quic.EarlyData ? TicketKeyOf(options) : default,
        TakesTickets = options.Quic.EarlyData,
    };

    private void Keep(string key, QuicResumption resumption)
    {
        if (_resumptions.Count < MaxResumptions || _resumptions.ContainsKey(key))
        {
            _resumptions[key] = resumption;
        }
    }

    private static byte[] TicketKeyOf(TransportOptions options) =>
        HMACSHA512.HashData(Encoding.ASCII.GetBytes(options.Authentication!.Identity.KeyPem()), "quicwasm session tickets"u8);

    /// <summary>The same after a restart, so that peers of the process before are told that it is gone.</summary>
    private static byte[] ResetSecretOf(TransportOptions options) =>
        HMACSHA256.HashData(Encoding.ASCII.GetBytes(options.Authentication!.Identity.KeyPem()), "quicwasm stateless reset"u8);
}

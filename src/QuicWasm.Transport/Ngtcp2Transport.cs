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

    /// <summary>Within one machine there is no path to discover, and larger datagrams cost less for each byte; a peer that takes less says so.</summary>
    private const int LoopbackPayloadBytes = 16 << 10;

    /// <inheritdoc/>
    public string Name => "quic:ngtcp2";

    /// <summary>Whether the libraries are here.</summary>
    public static bool IsSupported => QuicLibraries.AreSupported;

    /// <inheritdoc/>
    public string? Provider => IsSupported ? $"ngtcp2 {QuicLibraries.Version}" : null;

    /// <summary>Whether it shows its certificate when it connects. For tests.</summary>
    internal bool ShowsCertificate { get; init; } = true;

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
        var connection = Begin(endpoint, address, options, credentials);
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

    private static Ngtcp2Connection Begin(TransportEndpoint endpoint, IPEndPoint address, TransportOptions options, QuicCredentials credentials)
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
            connection = Begin(quic, endpoint, address, options, credentials, gate);
        }
        catch (NativeException exception)
        {
            quic.Finish();
            throw new TransportException(TransportError.ResourcesExhausted, $"cannot begin a connection to {endpoint}: {exception.Message}", null, exception);
        }

        quic.Start();
        return connection;
    }

    private static Ngtcp2Connection Begin(
        Ngtcp2Endpoint quic, TransportEndpoint endpoint, IPEndPoint address, TransportOptions options, QuicCredentials credentials, Lock gate)
    {
        lock (gate)
        {
            var connection = new Ngtcp2Connection(
                quic, null, options, endpoint.ToString(), gate,
                events => QuicSession.Connect(
                    SettingsOf(options, address.Address), credentials, quic.Datagrams, events, quic.Local, Ngtcp2Endpoint.Serialize(address), QuicClock.NowNs));
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

    private static QuicSettings SettingsOf(TransportOptions options, IPAddress address) => new()
    {
        HandshakeTimeoutNs = QuicClock.ToNs(options.HandshakeTimeout),
        IdleTimeoutNs = QuicClock.ToNs(options.IdleTimeout),
        KeepAliveNs = QuicClock.ToNs(options.IdleTimeout / 4),
        MaxStreams = (ulong)options.MaxStreams,
        StreamWindowBytes = (ulong)StreamWindowOf(options),
        MaxStreamWindowBytes = options.ReceiveBufferBytes > 0 ? 0 : MaxStreamWindowBytes,
        WindowBytes = WindowBytes,
        CongestionControl = (int)options.Quic.CongestionControl,
        MaxPayloadBytes = IPAddress.IsLoopback(address) ? LoopbackPayloadBytes : InternetPayloadBytes,
        IsPayloadKnown = IPAddress.IsLoopback(address),
        Protocol = Protocol,
        ResetSecret = ResetSecretOf(options),
    };

    /// <summary>The same after a restart, so that peers of the process before are told that it is gone.</summary>
    private static byte[] ResetSecretOf(TransportOptions options) =>
        HMACSHA256.HashData(Encoding.ASCII.GetBytes(options.Authentication!.Identity.KeyPem()), "quicwasm stateless reset"u8);
}

using System.Net;
using System.Threading.Channels;
using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>Accepts QUIC connections on one UDP socket.</summary>
internal sealed class Ngtcp2Listener : ITransportListener
{
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromSeconds(10);

    private readonly TransportOptions _options;
    private readonly QuicCredentials _credentials;
    private readonly QuicSettings _settings;
    private readonly Channel<Ngtcp2Connection> _accepted = Channel.CreateUnbounded<Ngtcp2Connection>();
    private readonly HashSet<Ngtcp2Connection> _pending = [];
    private readonly HashSet<Ngtcp2Connection> _connections = [];
    private readonly Lock _lock = new();
    private readonly Ngtcp2Endpoint _endpoint;
    private long _refused;
    private bool _disposed;

    public Ngtcp2Listener(TransportEndpoint endpoint, System.Net.Sockets.Socket socket, QuicCredentials credentials, QuicSettings settings, TransportOptions options)
    {
        Endpoint = endpoint;
        _credentials = credentials;
        _settings = settings;
        _options = options;
        Cookies = options.Quic.EarlyData ? new QuicCookies(TimeProvider.System) : null;
        _endpoint = new Ngtcp2Endpoint(socket, isConnected: false, this, options);
        _endpoint.Start();
    }

    public TransportEndpoint Endpoint { get; }

    /// <summary>Peers that may come again without showing their certificate; null when none may.</summary>
    public QuicCookies? Cookies { get; }

    public long RefusedCount => Interlocked.Read(ref _refused);

    public async ValueTask<ITransportConnection> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _accepted.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException($"the listener on {Endpoint}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Ngtcp2Connection[] connections;
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            connections = [.. _pending, .. _connections];
        }

        _accepted.Writer.TryComplete();
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }

        await _endpoint.DisposeAsync();
        _credentials.Dispose();
    }

    /// <summary>
    /// A packet of no connection: the first of a new one, or one to be answered, or nothing. Nothing is kept for a sender before it has
    /// sent a whole first packet, nor, under load, before it has shown that it is at its address.
    /// </summary>
    /// <returns>The new connection, which is to read the packet.</returns>
    public Ngtcp2Connection? Admit(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> remote)
    {
        int pending;
        lock (_lock)
        {
            pending = _pending.Count;
            if (_disposed)
            {
                return null;
            }
        }

        var now = QuicClock.NowNs;
        var secret = _settings.ResetSecret.Span;
        if (QuicPackets.ReadInitial(packet) is not { } initial)
        {
            Answer(QuicPackets.WriteVersionNegotiation(packet) ?? QuicPackets.WriteStatelessReset(packet, secret), remote);
            return null;
        }

        if (initial.Token.Length > 0)
        {
            if (QuicPackets.VerifyRetry(initial, remote, secret, QuicClock.ToNs(TokenLifetime), now) is not { } verified)
            {
                return null;
            }

            initial = verified;
        }
        else if (_options.Quic.AlwaysValidateAddress || pending >= (_options.MaxPendingHandshakes + 1) / 2)
        {
            Answer(QuicPackets.WriteRetry(initial, remote, secret, now), remote);
            return null;
        }

        // With all places taken the client's next try may find one.
        return pending < _options.MaxPendingHandshakes ? TryBegin(initial, remote.ToArray(), now) : null;
    }

    /// <summary>Takes one of the places for connections; false when there is none.</summary>
    public bool TryTakePlace(Ngtcp2Connection connection)
    {
        lock (_lock)
        {
            return !_disposed && _connections.Count < _options.MaxConnections && _connections.Add(connection);
        }
    }

    /// <summary>Both sides have accepted each other.</summary>
    public void Add(Ngtcp2Connection connection)
    {
        lock (_lock)
        {
            _pending.Remove(connection);
        }

        _accepted.Writer.TryWrite(connection);
    }

    /// <summary>Notes that a peer is turned away.</summary>
    public void Refuse(Ngtcp2Connection connection, TransportException reason)
    {
        lock (_lock)
        {
            if (!_pending.Remove(connection) || _disposed)
            {
                return;
            }
        }

        Interlocked.Increment(ref _refused);
        _options.Refused?.Invoke(reason);
    }

    /// <summary>A connection has ended; one whose handshake was not done counts as turned away.</summary>
    public void Forget(Ngtcp2Connection connection, TransportException reason)
    {
        lock (_lock)
        {
            _connections.Remove(connection);
        }

        Refuse(connection, reason);
    }

    private Ngtcp2Connection? TryBegin(QuicInitial initial, byte[] remote, ulong now)
    {
        try
        {
            return Begin(initial, remote, now);
        }
        catch (NativeException exception)
        {
            Interlocked.Increment(ref _refused);
            _options.Refused?.Invoke(new TransportException(TransportError.ResourcesExhausted, $"cannot accept a connection on {Endpoint}: {exception.Message}", null, exception));
            return null;
        }
    }

    private Ngtcp2Connection Begin(QuicInitial initial, byte[] remote, ulong now)
    {
        var address = new SocketAddress((System.Net.Sockets.AddressFamily)ReadFamily(remote), remote.Length);
        remote.CopyTo(address.Buffer);
        var template = address.Family == System.Net.Sockets.AddressFamily.InterNetworkV6 ? new IPEndPoint(IPAddress.IPv6Any, 0) : new IPEndPoint(IPAddress.Any, 0);
        var peer = (IPEndPoint)template.Create(address);
        if (peer.Address.IsIPv4MappedToIPv6)
        {
            peer.Address = peer.Address.MapToIPv4();
        }

        var gate = new Lock();
        lock (gate)
        {
            var connection = new Ngtcp2Connection(
                _endpoint, this, _options, TransportEndpoint.Of(Endpoint.Scheme, peer).ToString(), gate,
                events => QuicSession.Accept(_settings, _credentials, _endpoint.Datagrams, events, initial, _endpoint.Local, remote, now));

            // Until it knows this side's ids, the client uses the one that it made up.
            _endpoint.AddRoute(initial.DestinationId, connection);
            lock (_lock)
            {
                _pending.Add(connection);
            }

            _endpoint.Add(connection);
            return connection;
        }
    }

    private static ushort ReadFamily(byte[] address) => address[0] == 10 ? (ushort)System.Net.Sockets.AddressFamily.InterNetworkV6 : (ushort)System.Net.Sockets.AddressFamily.InterNetwork;

    private void Answer(byte[]? packet, ReadOnlySpan<byte> remote)
    {
        if (packet != null)
        {
            _endpoint.Datagrams.Send(packet, packet.Length, remote);
        }
    }
}

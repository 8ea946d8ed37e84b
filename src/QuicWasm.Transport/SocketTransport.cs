using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace QuicWasm.Transport;

/// <summary>Transports over TCP sockets, one socket a stream; what they differ in is <see cref="ISocketSecurity"/>.</summary>
public sealed class SocketTransport : ITransport
{
    private const int Backlog = 512;

    private readonly ISocketSecurity _security;

    private SocketTransport(string name, ISocketSecurity security)
    {
        Name = name;
        _security = security;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Plain TCP: fast, readable by everyone on the way, and open to everyone who reaches the port.</summary>
    public static ITransport Tcp() => new SocketTransport("tcp", new PlainSecurity());

    /// <summary>TLS 1.3 over TCP; both sides show a certificate, and trust each other's by fingerprint or authority.</summary>
    public static ITransport Tls() => new SocketTransport("tls", new TlsSecurity());

    /// <inheritdoc/>
    public async ValueTask<ITransportListener> ListenAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        try
        {
            var addresses = await endpoint.ResolveAsync(cancellationToken);
            return Listen(endpoint, new IPEndPoint(addresses[0], endpoint.Port), options);
        }
        catch (SocketException exception)
        {
            throw SocketErrors.Translate(exception, $"listen on {endpoint}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ITransportConnection> ConnectAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        var dialler = new SocketDialler(endpoint, _security, options);
        var id = NewConnectionId();
        var control = await dialler.DialAsync(new Preamble(PreambleKind.Control, id, 0, options.MaxStreams), cancellationToken);
        try
        {
            var reply = await Deadline.RunAsync(options.HandshakeTimeout, $"the handshake with {endpoint}", token => ReadReplyAsync(control, token), cancellationToken);
            var connection = new SocketConnection(id, control, reply.MaxStreams, options, dialler, null);
            connection.Start();
            return connection;
        }
        catch (Exception exception)
        {
            control.Discard();
            if (SocketErrors.IsNetworkFailure(exception))
            {
                throw SocketErrors.Translate(exception, $"finish the handshake with {endpoint}");
            }

            throw;
        }
    }

    private static async ValueTask<PreambleReply> ReadReplyAsync(SocketChannel control, CancellationToken cancellationToken)
    {
        var bytes = new byte[PreambleReply.LengthBytes];
        await control.ReadExactlyAsync(bytes, cancellationToken);
        return PreambleReply.Read(bytes, control.RemotePeer);
    }

    private static UInt128 NewConnectionId()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }

    private void Check(TransportOptions options)
    {
        options.Validate();
        if (_security.IsAuthenticated && options.Authentication is null)
        {
            throw new TransportException(TransportError.AuthenticationFailed, $"{Name} needs an identity and the peers to trust; set the options' Authentication");
        }
    }

    private SocketListener Listen(TransportEndpoint endpoint, IPEndPoint address, TransportOptions options)
    {
        if (!_security.IsAuthenticated && !options.AllowInsecureBind && !IPAddress.IsLoopback(address.Address))
        {
            throw new TransportException(
                TransportError.InsecureBind,
                $"{endpoint} would let everyone on the network in, since {Name} does not authenticate; listen on 127.0.0.1 or [::1], use an authenticated transport, or allow it explicitly (AllowInsecureBind)");
        }

        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = address.Address.Equals(IPAddress.IPv6Any);
            }

            socket.Bind(address);
            socket.Listen(Backlog);
            return new SocketListener(endpoint.WithPort(((IPEndPoint)socket.LocalEndPoint!).Port), socket, _security, options);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

using System.Net;
using System.Net.Sockets;

namespace QuicWasm.Transport;

/// <summary>Makes sockets to one endpoint, secured and introduced by their preamble.</summary>
internal sealed class SocketDialler(TransportEndpoint endpoint, ISocketSecurity security, TransportOptions options)
{
    /// <summary>The address that answered first; all sockets of a connection go there.</summary>
    private IPEndPoint? _address;
    private string? _fingerprint;

    /// <summary>Connects, authenticates, and sends the preamble.</summary>
    public async ValueTask<SocketChannel> DialAsync(Preamble preamble, CancellationToken cancellationToken)
    {
        var socket = await Deadline.RunAsync(options.ConnectTimeout, $"connecting to {endpoint}", ConnectAsync, cancellationToken);
        SocketChannel? channel = null;
        try
        {
            SocketTuning.Apply(socket, options, preamble.Kind);
            channel = await Deadline.RunAsync(
                options.HandshakeTimeout,
                $"the handshake with {endpoint}",
                token => security.SecureAsync(socket, endpoint.ToString(), options, token),
                cancellationToken);
            await CheckTrustAsync(channel, cancellationToken);
            await SendAsync(channel, preamble, cancellationToken);
            return channel;
        }
        catch (Exception exception)
        {
            channel?.Discard();
            socket.Close(0);
            if (SocketErrors.IsNetworkFailure(exception))
            {
                throw SocketErrors.Translate(exception, $"introduce this node to {endpoint}");
            }

            throw;
        }
    }

    /// <summary>Refuses a listener that is not trusted, or is another than the one of the control socket, and tells it.</summary>
    private async ValueTask CheckTrustAsync(SocketChannel channel, CancellationToken cancellationToken)
    {
        var rejection = channel.Rejection;
        if (rejection is null && Interlocked.CompareExchange(ref _fingerprint, channel.PeerFingerprint, null) is { } known && known != channel.PeerFingerprint)
        {
            rejection = new CertificateRejection(PreambleStatus.CertificateNotTrusted, "it is another node than the one the connection began with");
        }

        if (rejection is null)
        {
            return;
        }

        await SendAsync(channel, new Preamble(PreambleKind.Refusal, 0, 0, 0, rejection.Status), cancellationToken);
        channel.Dispose();
        throw rejection.ToException(channel.RemotePeer);
    }

    private static async ValueTask SendAsync(SocketChannel channel, Preamble preamble, CancellationToken cancellationToken)
    {
        var bytes = new byte[Preamble.LengthBytes];
        preamble.Write(bytes);
        await channel.WriteAllAsync(bytes, cancellationToken);
    }

    private async ValueTask<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_address is { } known)
            {
                return await ConnectToAsync(known, cancellationToken);
            }

            var addresses = await endpoint.ResolveAsync(cancellationToken);
            for (var index = 0; ; index++)
            {
                try
                {
                    var address = new IPEndPoint(addresses[index], endpoint.Port);
                    var socket = await ConnectToAsync(address, cancellationToken);
                    _address = address;
                    return socket;
                }
                catch (SocketException) when (index + 1 < addresses.Length)
                {
                    // The name has another address to try.
                }
            }
        }
        catch (SocketException exception)
        {
            throw SocketErrors.Translate(exception, $"connect to {endpoint}");
        }
    }

    private static async ValueTask<Socket> ConnectToAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

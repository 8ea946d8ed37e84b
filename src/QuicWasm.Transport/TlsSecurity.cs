using System.Net.Sockets;

namespace QuicWasm.Transport;

/// <summary>TLS 1.3 with certificates on both sides. A channel whose peer is not trusted carries the rejection, and is used only to tell it.</summary>
internal sealed class TlsSecurity : ISocketSecurity
{
    public bool IsAuthenticated => true;

    public async ValueTask<SocketChannel> SecureAsync(Socket socket, string remotePeer, TransportOptions options, CancellationToken cancellationToken)
    {
        var channel = new TlsChannel(socket, remotePeer);
        try
        {
            await channel.AuthenticateAsClientAsync(options.Authentication!, cancellationToken);
            return channel;
        }
        catch
        {
            channel.Discard();
            throw;
        }
    }

    public async ValueTask<SocketChannel> AcceptAsync(Socket socket, string remotePeer, TransportOptions options, CancellationToken cancellationToken)
    {
        var channel = new TlsChannel(socket, remotePeer);
        try
        {
            await channel.AuthenticateAsServerAsync(options.Authentication!, cancellationToken);
            return channel;
        }
        catch
        {
            channel.Discard();
            throw;
        }
    }
}

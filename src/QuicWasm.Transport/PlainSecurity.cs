using System.Net.Sockets;

namespace QuicWasm.Transport;

/// <summary>No encryption and no authentication.</summary>
internal sealed class PlainSecurity : ISocketSecurity
{
    public bool IsAuthenticated => false;

    public ValueTask<SocketChannel> SecureAsync(Socket socket, string remotePeer, TransportOptions options, CancellationToken cancellationToken) =>
        new(new PlainChannel(socket, remotePeer));

    public ValueTask<SocketChannel> AcceptAsync(Socket socket, string remotePeer, TransportOptions options, CancellationToken cancellationToken) =>
        new(new PlainChannel(socket, remotePeer));
}

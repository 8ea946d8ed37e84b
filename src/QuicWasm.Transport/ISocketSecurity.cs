using System.Net.Sockets;

namespace QuicWasm.Transport;

/// <summary>What happens on a new socket before the preamble: nothing, or TLS.</summary>
internal interface ISocketSecurity
{
    /// <summary>Whether peers are authenticated, so that listening beyond this machine is safe.</summary>
    bool IsAuthenticated { get; }

    /// <summary>On the connecting side.</summary>
    ValueTask<SocketChannel> SecureAsync(Socket socket, string remotePeer, TransportOptions options, CancellationToken cancellationToken);

    /// <summary>On the accepting side.</summary>
    ValueTask<SocketChannel> AcceptAsync(Socket socket, string remotePeer, TransportOptions options, CancellationToken cancellationToken);
}

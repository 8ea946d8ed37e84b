using System.Net.Sockets;

namespace QuicWasm.Transport;

/// <summary>The socket options of a new socket.</summary>
internal static class SocketTuning
{
    private const int LinuxTcp = 6, LinuxUserTimeout = 18;

    /// <summary>No Nagle delay on any socket. The control socket is also probed, so that a dead machine is seen.</summary>
    public static void Apply(Socket socket, TransportOptions options, PreambleKind kind)
    {
        socket.NoDelay = true;
        if (kind == PreambleKind.Stream)
        {
            ApplyBuffers(socket, options);
            return;
        }

        var probeSeconds = Math.Max(1, (int)(options.IdleTimeout.TotalSeconds / 4));
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, probeSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, probeSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        if (OperatingSystem.IsLinux())
        {
            // Not on streams: there it would also count the time in which a slow reader holds the writer back.
            socket.SetRawSocketOption(LinuxTcp, LinuxUserTimeout, BitConverter.GetBytes((int)options.IdleTimeout.TotalMilliseconds));
        }
    }

    private static void ApplyBuffers(Socket socket, TransportOptions options)
    {
        if (options.SendBufferBytes > 0)
        {
            socket.SendBufferSize = options.SendBufferBytes;
        }

        if (options.ReceiveBufferBytes > 0)
        {
            socket.ReceiveBufferSize = options.ReceiveBufferBytes;
        }
    }
}

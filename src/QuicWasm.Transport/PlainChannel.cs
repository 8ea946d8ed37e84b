using System.Net.Sockets;

namespace QuicWasm.Transport;

/// <summary>A socket without encryption: bytes go between the caller's memory and the system without a copy.</summary>
internal sealed class PlainChannel(Socket socket, string remotePeer) : SocketChannel(socket, remotePeer)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        Socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);

    public override ValueTask<int> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        Socket.SendAsync(bytes, SocketFlags.None, cancellationToken);

    public override ValueTask CompleteWritesAsync()
    {
        Socket.Shutdown(SocketShutdown.Send);
        return default;
    }

    public override void CountRead(int bytes) => Counters.AddReceived(bytes);

    public override void CountWrite(int bytes) => Counters.AddSent(bytes);
}

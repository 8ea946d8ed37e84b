using System.Net.Sockets;
using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>A socket without encryption: bytes go between the caller's memory and the system without a copy.</summary>
internal sealed class PlainChannel(Socket socket, string remotePeer) : SocketChannel(socket, remotePeer)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        Socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);

    public override ValueTask<int> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        Socket.SendAsync(bytes, SocketFlags.None, cancellationToken);

    public override bool CanWaitHere => SocketCalls.AreHere;

    public override void WaitHereOnly(int timeoutMs)
    {
        SocketCalls.LeavePollers(Socket.SafeHandle);
        try
        {
            SocketCalls.WaitInReceive(Socket.SafeHandle, timeoutMs);
        }
        catch (NativeException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public override int Receive(Span<byte> buffer, bool waits)
    {
        try
        {
            return waits ? SocketCalls.ReceiveNext(Socket.SafeHandle, buffer) : SocketCalls.TryReceive(Socket.SafeHandle, buffer);
        }
        catch (NativeException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public override int Send(ReadOnlySpan<byte> bytes, int timeoutMs)
    {
        try
        {
            int count = SocketCalls.TrySend(Socket.SafeHandle, bytes);
            if (count < 0)
            {
                SocketCalls.Wait(Socket.SafeHandle, PollEvents.Writable, timeoutMs);
                count = SocketCalls.TrySend(Socket.SafeHandle, bytes);
            }

            return count;
        }
        catch (NativeException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public override ValueTask CompleteWritesAsync()
    {
        Socket.Shutdown(SocketShutdown.Send);
        return default;
    }

    public override void CountRead(int bytes) => Counters.AddReceived(bytes);

    public override void CountWrite(int bytes) => Counters.AddSent(bytes);
}

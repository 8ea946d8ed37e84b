using System.Net;
using System.Net.Sockets;

namespace QuicWasm.Native.Tests;

/// <summary>Reads that wait in the system, on the thread that wants them.</summary>
public sealed class SocketCallTests : IDisposable
{
    private const int TimeoutMs = 20;

    private readonly Socket _near;
    private readonly Socket _far;

    public SocketCallTests()
    {
        Assert.SkipUnless(SocketCalls.AreHere, "they are calls of Linux");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        _near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _near.Connect(listener.LocalEndPoint!);
        _far = listener.Accept();
        SocketCalls.WaitInReceive(_near.SafeHandle, TimeoutMs);
    }

    [Fact]
    public void A_read_gives_up_when_nothing_has_come_for_so_long()
    {
        Assert.Equal(-1, SocketCalls.ReceiveNext(_near.SafeHandle, new byte[8]));
        Assert.Equal(-1, SocketCalls.TryReceive(_near.SafeHandle, new byte[8]));
    }

    [Fact]
    public async Task A_read_that_waits_gives_what_comes_and_then_the_end()
    {
        byte[] bytes = new byte[8];
        Task<int> reading = Task.Run(
            () =>
            {
                int count;
                while ((count = SocketCalls.ReceiveNext(_near.SafeHandle, bytes)) < 0)
                {
                }

                return count;
            },
            TestContext.Current.CancellationToken);
        _far.Send([1, 2, 3]);
        Assert.Equal(3, await reading);
        Assert.Equal([1, 2, 3, 0, 0, 0, 0, 0], bytes);
        _far.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, SocketCalls.ReceiveNext(_near.SafeHandle, bytes));
    }

    [Fact]
    public void A_socket_that_is_broken_says_so()
    {
        _far.Close(0);
        Assert.Throws<NativeException>(() => SocketCalls.ReceiveNext(_near.SafeHandle, new byte[8]));
    }

    public void Dispose()
    {
        _near?.Dispose();
        _far?.Dispose();
    }
}

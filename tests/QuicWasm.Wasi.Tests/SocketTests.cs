using System.Net;
using System.Net.Sockets;
using System.Text;

namespace QuicWasm.Wasi.Tests;

public sealed class SocketTests : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Harness _harness;

    public SocketTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _harness = new Harness(Harness.Quiet with { Sockets = [(int)_listener.Handle] });
    }

    [Fact]
    public void Connections_are_accepted_and_talk_both_ways()
    {
        uint connection = Connect();
        _client.Send("hello world"u8);
        Assert.Equal("hel", _harness.MustRead(connection, 3));
        uint buffer = _harness.Allocate(100);
        Assert.Equal((Errno.Success, "lo w"), Receive(connection, buffer, 4, 1));
        Assert.Equal((Errno.Success, "lo wo"), Receive(connection, buffer, 5, 0));
        Assert.Equal((Errno.Success, "rld"), Receive(connection, buffer, 3, 2));
        Assert.Equal(Errno.Success, _harness.Call("sock_send", connection, _harness.Vectors(_harness.Put("back"), _harness.Put("!")), 2, 0, 64));
        Assert.Equal(5u, _harness.U32(64));
        _harness.MustWrite(connection, "?");
        byte[] received = new byte[6];
        for (int length = 0; length < 6;)
        {
            length += _client.Receive(received, length, 6 - length, SocketFlags.None);
        }

        Assert.Equal("back!?", Encoding.UTF8.GetString(received));
        Assert.Equal(Errno.Success, _harness.Call("sock_shutdown", connection, 2));
        Assert.Equal(0, _client.Receive(received));
        _client.Shutdown(SocketShutdown.Send);
        Assert.Equal((Errno.Success, ""), Receive(connection, buffer, 100, 0));
        Assert.Equal(Errno.Inval, _harness.Call("sock_shutdown", connection, 0));
        Assert.Equal(Errno.Inval, _harness.Call("sock_shutdown", connection, 4));
    }

    [Fact]
    public void Waiting_gives_way()
    {
        _harness.Interruption.Request();
        Assert.Equal(Errno.Interrupted, _harness.Call("sock_accept", 3, 0, 64));
        _harness.Interruption.Clear();
        uint connection = Connect();
        _harness.Interruption.Request();
        uint buffer = _harness.Allocate(100);
        Assert.Equal(Errno.Interrupted, Receive(connection, buffer, 10, 0).Errno);
        _client.Send("abc"u8);
        _harness.Interruption.Clear();
        _harness.Interruption.Request();
        Assert.Equal(Errno.Success, _harness.Call("fd_fdstat_set_flags", 3, (ulong)FdFlags.NonBlocking));
        Assert.Equal(Errno.Again, _harness.Call("sock_accept", 3, 0, 64));
    }

    [Fact]
    public void What_is_no_socket_says_so()
    {
        Assert.Equal(Errno.NotSock, _harness.Call("sock_accept", 0, 0, 64));
        Assert.Equal(Errno.NotSock, _harness.Call("sock_recv", 0, 64, 0, 0, 64, 68));
        Assert.Equal(Errno.NotSock, _harness.Call("sock_send", 1, 64, 0, 0, 64));
        Assert.Equal(Errno.NotSock, _harness.Call("sock_shutdown", 1, 1));
        Assert.Equal(Errno.BadF, _harness.Call("sock_shutdown", 9, 1));
        Assert.Equal(Errno.Inval, _harness.Call("sock_accept", 3, 1, 64));
        Assert.Equal(Errno.Inval, _harness.Call("sock_recv", 3, 64, 0, 4, 64, 68));
        Assert.Equal(Errno.Inval, _harness.Call("sock_send", 3, 64, 0, 1, 64));
        Assert.Equal(Errno.NotConn, Receive(3, 1000, 10, 0).Errno);
        Assert.Equal(Errno.BadF, _harness.Call("fd_prestat_get", 3, 64));
    }

    [Fact]
    public void A_listener_travels_to_the_destinations_and_a_connection_does_not()
    {
        byte[] state = _harness.Module.CaptureState();
        using (var moved = new Harness(Harness.Quiet with { Sockets = [(int)_listener.Handle] }, state))
        {
            _client.Connect(_listener.LocalEndPoint!);
            Assert.Equal(Errno.Success, moved.Call("sock_accept", 3, 0, 64));
            Assert.Equal(4u, moved.U32(64));
            var open = Assert.Throws<Runtime.HostStateException>(moved.Module.CaptureState);
            Assert.Contains("descriptor 4", open.Message, StringComparison.Ordinal);
            Assert.Equal(Errno.Success, moved.Call("fd_close", 4));
            Assert.NotEmpty(moved.Module.CaptureState());
        }

        var missing = Assert.Throws<Runtime.HostStateException>(() => new Harness(Harness.Quiet, state));
        Assert.Contains("socket 0", missing.Message, StringComparison.Ordinal);
        Assert.True(_listener.IsBound);
    }

    public void Dispose()
    {
        _harness.Dispose();
        _client.Dispose();
        _listener.Dispose();
    }

    private uint Connect()
    {
        _client.Connect(_listener.LocalEndPoint!);
        Assert.Equal(Errno.Success, _harness.Call("sock_accept", 3, 0, 64));
        return _harness.U32(64);
    }

    private (Errno Errno, string Text) Receive(uint socket, uint buffer, uint lengthBytes, uint flags)
    {
        Errno errno = _harness.Call("sock_recv", socket, _harness.Vectors((buffer, lengthBytes)), 1, flags, 64, 68);
        return (errno, errno == Errno.Success ? _harness.Text(buffer, (int)_harness.U32(64)) : "");
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace QuicWasm.Transport.Tests;

/// <summary>Stands between a client and a listener, and does to datagrams what a bad network does.</summary>
internal sealed class DatagramProxy : IAsyncDisposable
{
    private readonly Socket _near = Bind();
    private readonly int _listenerPort;
    private readonly CancellationTokenSource _moved = new();
    private Socket _far = Bind();
    private readonly Random _random = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly double _loss;
    private readonly TimeSpan _delay;
    private readonly Task _running;
    private Task _returning;
    private bool _isSilent;
    private EndPoint? _client;

    public DatagramProxy(int listenerPort, double loss, TimeSpan delay)
    {
        _loss = loss;
        _delay = delay;
        _listenerPort = listenerPort;
        _far.Connect(new IPEndPoint(IPAddress.Loopback, listenerPort));
        _running = RunAsync(_near, bytes => _far.Send(bytes), FromClient, _stop.Token);
        _returning = RunAsync(_far, bytes => _near.SendTo(bytes, _client!), FromListener, CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, _moved.Token).Token);
    }

    /// <summary>Passes nothing from now on, as after a power failure at one end.</summary>
    public void FallSilent() => Volatile.Write(ref _isSilent, true);

    /// <summary>Sends to the listener from another port from now on, as a router that has forgotten the client.</summary>
    public async Task MoveAsync()
    {
        Socket before = _far;
        Socket next = Bind();
        next.Connect(new IPEndPoint(IPAddress.Loopback, _listenerPort));
        _far = next;
        await _moved.CancelAsync();
        await _returning;
        before.Dispose();
        _returning = RunAsync(next, bytes => _near.SendTo(bytes, _client!), FromListener, _stop.Token);
    }

    public int Port => ((IPEndPoint)_near.LocalEndPoint!).Port;

    /// <summary>What came from each side, before anything happened to it.</summary>
    public ConcurrentQueue<byte[]> FromClient { get; } = new();

    public ConcurrentQueue<byte[]> FromListener { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _returning;
        _near.Dispose();
        _far.Dispose();
        _stop.Dispose();
        _moved.Dispose();
    }

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private async Task RunAsync(Socket from, Action<byte[]> send, ConcurrentQueue<byte[]> seen, CancellationToken ending)
    {
        var buffer = new byte[65_536];
        try
        {
            while (true)
            {
                await RelayAsync(from, buffer, send, seen, ending);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task RelayAsync(Socket from, byte[] buffer, Action<byte[]> send, ConcurrentQueue<byte[]> seen, CancellationToken ending)
    {
        try
        {
            var received = await from.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), ending);
            if (from == _near)
            {
                _client = received.RemoteEndPoint;
            }

            var bytes = buffer[..received.ReceivedBytes];
            seen.Enqueue(bytes);
            if (!Volatile.Read(ref _isSilent) && !IsLost())
            {
                Deliver(bytes, send);
            }
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // The listener is away; its datagrams are lost.
        }
    }

    private bool IsLost()
    {
        lock (_random)
        {
            return _random.NextDouble() < _loss;
        }
    }

    private void Deliver(byte[] bytes, Action<byte[]> send)
    {
        if (_delay > TimeSpan.Zero)
        {
            // Not waited for: the next ones are under way at the same time.
            _ = DeliverLaterAsync(bytes, send);
        }
        else
        {
            send(bytes);
        }
    }

    private async Task DeliverLaterAsync(byte[] bytes, Action<byte[]> send)
    {
        await Task.Delay(_delay);
        if (!_stop.IsCancellationRequested)
        {
            send(bytes);
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace QuicWasm.Transport.Tests;

/// <summary>Stands between a client and a listener, and does to datagrams what a bad network does.</summary>
internal sealed class DatagramProxy : IAsyncDisposable
{
    private readonly Socket _near = Bind();
    private readonly Socket _far = Bind();
    private readonly Random _random = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly double _loss;
    private readonly TimeSpan _delay;
    private readonly Task _running;
    private EndPoint? _client;

    public DatagramProxy(int listenerPort, double loss, TimeSpan delay)
    {
        _loss = loss;
        _delay = delay;
        _far.Connect(new IPEndPoint(IPAddress.Loopback, listenerPort));
        _running = Task.WhenAll(RunAsync(_near, bytes => _far.Send(bytes), FromClient), RunAsync(_far, bytes => _near.SendTo(bytes, _client!), FromListener));
    }

    public int Port => ((IPEndPoint)_near.LocalEndPoint!).Port;

    /// <summary>What came from each side, before anything happened to it.</summary>
    public ConcurrentQueue<byte[]> FromClient { get; } = new();

    public ConcurrentQueue<byte[]> FromListener { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _near.Dispose();
        _far.Dispose();
        _stop.Dispose();
    }

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private async Task RunAsync(Socket from, Action<byte[]> send, ConcurrentQueue<byte[]> seen)
    {
        var buffer = new byte[65_536];
        try
        {
            while (true)
            {
                await RelayAsync(from, buffer, send, seen);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task RelayAsync(Socket from, byte[] buffer, Action<byte[]> send, ConcurrentQueue<byte[]> seen)
    {
        try
        {
            var received = await from.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
            if (from == _near)
            {
                _client = received.RemoteEndPoint;
            }

            var bytes = buffer[..received.ReceivedBytes];
            seen.Enqueue(bytes);
            if (!IsLost())
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

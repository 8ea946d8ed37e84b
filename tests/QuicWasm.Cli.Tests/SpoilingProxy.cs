using System.Net;
using System.Net.Sockets;

namespace QuicWasm.Cli.Tests;

/// <summary>Passes connections on to a port, and changes one byte of the answers where it is told to.</summary>
internal sealed class SpoilingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _port;
    private readonly long[] _spoiledBytes;
    private int _spoiled;

    /// <param name="port">Where to.</param>
    /// <param name="spoiledBytes">Which byte of a connection's answers is changed first, which next, and so on.</param>
    public SpoilingProxy(int port, params long[] spoiledBytes)
    {
        _port = port;
        _spoiledBytes = spoiledBytes;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>In how many connections a byte was changed.</summary>
    public int Spoiled => Volatile.Read(ref _spoiled);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient near = await _listener.AcceptTcpClientAsync();
                TcpClient far = new();
                await far.ConnectAsync(IPAddress.Loopback, _port);
                _ = PassAsync(near, far, isAnswer: false);
                _ = PassAsync(far, near, isAnswer: true);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task PassAsync(TcpClient from, TcpClient to, bool isAnswer)
    {
        byte[] buffer = new byte[64 << 10];
        long passed = 0;
        try
        {
            while (await from.GetStream().ReadAsync(buffer) is > 0 and int count)
            {
                int next = Spoiled;
                if (isAnswer && next < _spoiledBytes.Length && passed <= _spoiledBytes[next] && _spoiledBytes[next] < passed + count)
                {
                    buffer[_spoiledBytes[next] - passed] ^= 1;
                    Interlocked.CompareExchange(ref _spoiled, next + 1, next);
                }

                passed += count;
                await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // One end is gone: so is the other.
        }

        from.Dispose();
        to.Dispose();
    }
}

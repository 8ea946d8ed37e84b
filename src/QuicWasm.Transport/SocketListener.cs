using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace QuicWasm.Transport;

/// <summary>Accepts sockets, and sorts them by their preamble: new connections, and streams of those that exist.</summary>
internal sealed class SocketListener : ITransportListener
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly ISocketSecurity _security;
    private readonly TransportOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _handshakes;
    private readonly SemaphoreSlim _descriptorsFreed = new(0);
    private readonly Channel<SocketConnection> _accepted = Channel.CreateUnbounded<SocketConnection>();
    private readonly Dictionary<UInt128, SocketConnection> _connections = [];
    private readonly Lock _lock = new();
    private readonly Task _accepting;
    private long _refused;
    private int _disposed;

    public SocketListener(TransportEndpoint endpoint, Socket socket, ISocketSecurity security, TransportOptions options)
    {
        Endpoint = endpoint;
        _socket = socket;
        _security = security;
        _options = options;
        _handshakes = new SemaphoreSlim(options.MaxPendingHandshakes);
        _accepting = AcceptLoopAsync();
    }

    public TransportEndpoint Endpoint { get; }

    public long RefusedCount => Interlocked.Read(ref _refused);

    public async ValueTask<ITransportConnection> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _accepted.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException($"the listener on {Endpoint}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync();
        _socket.Dispose();
        await _accepting;
        for (var slot = 0; slot < _options.MaxPendingHandshakes; slot++)
        {
            // Each handshake in progress holds one; with all of them in hand, none is left.
            await _handshakes.WaitAsync();
        }

        _accepted.Writer.TryComplete();
        SocketConnection[] connections;
        lock (_lock)
        {
            connections = [.. _connections.Values];
        }

        await Task.WhenAll(connections.Select(connection => connection.DisposeAsync().AsTask()));
        _stop.Dispose();
    }

    private async Task AcceptLoopAsync()
    {
        try
        {
            while (true)
            {
                await _handshakes.WaitAsync(_stop.Token);
                try
                {
                    _ = HandshakeAsync(await _socket.AcceptAsync(_stop.Token));
                }
                catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
                {
                    _handshakes.Release();
                    throw;
                }
                catch (SocketException exception)
                {
                    // A peer that is gone before it was accepted, or no descriptor is left: tried again when one may be.
                    _handshakes.Release();
                    _options.Refused?.Invoke(SocketErrors.Translate(exception, $"accept on {Endpoint}"));
                    await _descriptorsFreed.WaitAsync(RetryInterval, _stop.Token);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The listener is disposed of.
        }
    }

    private async Task HandshakeAsync(Socket socket)
    {
        SocketChannel? channel = null;
        try
        {
            var peer = TransportEndpoint.Of(Endpoint.Scheme, (IPEndPoint)socket.RemoteEndPoint!).ToString();
            socket.NoDelay = true;
            var preamble = await Deadline.RunAsync(
                _options.HandshakeTimeout,
                $"the handshake of {peer}",
                async token =>
                {
                    channel = await _security.AcceptAsync(socket, peer, _options, token);
                    return await ReadPreambleAsync(channel, token);
                },
                _stop.Token);
            SocketTuning.Apply(socket, _options, preamble.Kind);
            await AdmitAsync(preamble, channel!);
        }
        catch (Exception exception) when (exception is TransportException or OperationCanceledException || SocketErrors.IsNetworkFailure(exception))
        {
            channel?.Discard();
            socket.Close(0);
            Refuse(exception as TransportException ?? SocketErrors.Translate(exception, $"finish a handshake on {Endpoint}"));
        }
        finally
        {
            _handshakes.Release();
        }
    }

    private static async ValueTask<Preamble> ReadPreambleAsync(SocketChannel channel, CancellationToken cancellationToken)
    {
        var bytes = new byte[Preamble.LengthBytes];
        await channel.ReadExactlyAsync(bytes, cancellationToken);
        try
        {
            return Preamble.Read(bytes, channel.RemotePeer);
        }
        catch (TransportException exception) when (exception.Error == TransportError.VersionMismatch)
        {
            await RefuseAsync(channel, PreambleStatus.VersionMismatch, cancellationToken);
            throw;
        }
    }

    /// <summary>Ends a handshake in which one side does not trust the other.</summary>
    private async ValueTask CheckTrustAsync(Preamble preamble, SocketChannel channel)
    {
        if (preamble.Kind == PreambleKind.Refusal)
        {
            throw PreambleReply.Refusal(preamble.Status, Preamble.Version, channel.RemotePeer);
        }

        if (channel.Rejection is { } rejection)
        {
            await TellRefusalAsync(channel, rejection.Status);
            throw rejection.ToException(channel.RemotePeer);
        }
    }

    private ValueTask<bool> TellRefusalAsync(SocketChannel channel, PreambleStatus status) =>
        Deadline.RunAsync(_options.HandshakeTimeout, $"refusing {channel.RemotePeer}", token => RefuseAsync(channel, status, token), _stop.Token);

    private async ValueTask AdmitAsync(Preamble preamble, SocketChannel channel)
    {
        await CheckTrustAsync(preamble, channel);
        if (preamble.Kind == PreambleKind.Stream)
        {
            SocketConnection? connection;
            lock (_lock)
            {
                connection = _connections.GetValueOrDefault(preamble.ConnectionId);
            }

            await (connection ?? throw new TransportException(TransportError.ProtocolViolation, $"{channel.RemotePeer} dialled a stream of a connection that does not exist"))
                .AdmitAsync(preamble, channel, _stop.Token);
            return;
        }

        var added = new SocketConnection(preamble.ConnectionId, channel, preamble.MaxStreams, _options, null, Forget);
        if (!TryRemember(added))
        {
            await TellRefusalAsync(channel, PreambleStatus.TooManyConnections);
            throw new TransportException(TransportError.TooManyConnections, $"{channel.RemotePeer} was refused: there are {_options.MaxConnections} connections, as many as are allowed");
        }

        try
        {
            var bytes = new byte[PreambleReply.LengthBytes];
            new PreambleReply(PreambleStatus.Accepted, _options.MaxStreams).Write(bytes);
            await channel.WriteAllAsync(bytes, _stop.Token);
        }
        catch
        {
            Forget(added);
            throw;
        }

        added.Start();
        _accepted.Writer.TryWrite(added);
    }

    /// <summary>Says why, and waits until the peer has read it and closes: a reset would overtake the answer.</summary>
    private static async ValueTask<bool> RefuseAsync(SocketChannel channel, PreambleStatus status, CancellationToken cancellationToken)
    {
        var bytes = new byte[PreambleReply.LengthBytes];
        new PreambleReply(status, 0).Write(bytes);
        try
        {
            await channel.WriteAllAsync(bytes, cancellationToken);
            await channel.CompleteWritesAsync();
            return await channel.ReadAsync(bytes, cancellationToken) == 0;
        }
        catch (Exception exception) when (exception is OperationCanceledException || SocketErrors.IsNetworkFailure(exception))
        {
            return false;
        }
    }

    private bool TryRemember(SocketConnection connection)
    {
        lock (_lock)
        {
            return _connections.Count < _options.MaxConnections && _connections.TryAdd(connection.Id, connection);
        }
    }

    private void Forget(SocketConnection connection)
    {
        lock (_lock)
        {
            _connections.Remove(connection.Id);
        }

        if (_descriptorsFreed.CurrentCount == 0)
        {
            _descriptorsFreed.Release();
        }
    }

    private void Refuse(TransportException reason)
    {
        if (!_stop.IsCancellationRequested)
        {
            Interlocked.Increment(ref _refused);
            _options.Refused?.Invoke(reason);
        }
    }
}

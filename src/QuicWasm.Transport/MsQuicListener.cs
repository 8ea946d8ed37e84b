using System.Net;
using System.Net.Quic;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Threading.Channels;

namespace QuicWasm.Transport;

/// <summary>Accepts QUIC connections over System.Net.Quic.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal sealed class MsQuicListener : ITransportListener
{
    private const int Backlog = 512;

    private readonly QuicListener _quic;
    private readonly ConditionalWeakTable<QuicConnection, MsQuicSecurity> _judgements;
    private readonly TransportOptions _options;
    private readonly Channel<MsQuicConnection> _accepted = Channel.CreateUnbounded<MsQuicConnection>();
    private readonly HashSet<MsQuicConnection> _connections = [];
    private readonly SemaphoreSlim _handshakes;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Task _accepting;
    private long _refused;
    private int _disposed;

    private MsQuicListener(TransportEndpoint endpoint, QuicListener quic, ConditionalWeakTable<QuicConnection, MsQuicSecurity> judgements, TransportOptions options)
    {
        Endpoint = endpoint;
        _quic = quic;
        _judgements = judgements;
        _options = options;
        _handshakes = new SemaphoreSlim(options.MaxPendingHandshakes);
        _accepting = AcceptLoopAsync();
    }

    public TransportEndpoint Endpoint { get; }

    /// <summary>Begins to listen.</summary>
    public static async ValueTask<ITransportListener> OpenAsync(TransportEndpoint endpoint, IPEndPoint address, TransportOptions options, CancellationToken cancellationToken)
    {
        var judgements = new ConditionalWeakTable<QuicConnection, MsQuicSecurity>();
        var quic = await QuicListener.ListenAsync(
            new QuicListenerOptions
            {
                ListenEndPoint = address,
                ListenBacklog = Backlog,
                ApplicationProtocols = [new SslApplicationProtocol(Ngtcp2Transport.Protocol)],
                ConnectionOptionsCallback = (connection, _, _) =>
                {
                    var judgement = new MsQuicSecurity(options.Authentication!);
                    judgements.Add(connection, judgement);
                    return ValueTask.FromResult(judgement.ServerOptions(options));
                },
            },
            cancellationToken);
        return new MsQuicListener(endpoint.WithPort(quic.LocalEndPoint.Port), quic, judgements, options);
    }

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
        await _accepting;
        _accepted.Writer.TryComplete();
        MsQuicConnection[] connections;
        lock (_lock)
        {
            connections = [.. _connections];
        }

        await Task.WhenAll(connections.Select(connection => connection.DisposeAsync().AsTask()));
        await _quic.DisposeAsync();
        _stop.Dispose();
    }

    private async Task AcceptLoopAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var hasPlace = false;
            try
            {
                await _handshakes.WaitAsync(_stop.Token);
                hasPlace = true;
                _ = HandshakeAsync(await _quic.AcceptConnectionAsync(_stop.Token));
                hasPlace = false;
            }
            catch (Exception exception) when (exception is QuicException or AuthenticationException)
            {
                // A handshake that failed inside MsQuic.
                Refuse(MsQuicErrors.Translate(exception, $"finish a handshake on {Endpoint}"));
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            finally
            {
                if (hasPlace)
                {
                    _handshakes.Release();
                }
            }
        }
    }

    private async Task HandshakeAsync(QuicConnection quic)
    {
        var judgement = _judgements.GetValue(quic, _ => new MsQuicSecurity(_options.Authentication!));
        var peer = TransportEndpoint.Of(Endpoint.Scheme, quic.RemoteEndPoint).ToString();
        var connection = new MsQuicConnection(quic, peer, judgement, _options, Forget);
        try
        {
            await Deadline.RunAsync(
                _options.HandshakeTimeout, $"the handshake of {peer}", token => connection.AnswerAsync(judgement.Rejection, () => TryRemember(connection), token), _stop.Token);
            _accepted.Writer.TryWrite(connection);
        }
        catch (Exception exception) when (exception is TransportException or OperationCanceledException || MsQuicErrors.IsNetworkFailure(exception))
        {
            Forget(connection);
            Refuse(exception as TransportException ?? MsQuicErrors.Translate(exception, $"finish a handshake on {Endpoint}"));
            await connection.EndRefusedAsync(_stop.Token);
        }
        finally
        {
            _handshakes.Release();
        }
    }

    private bool TryRemember(MsQuicConnection connection)
    {
        lock (_lock)
        {
            return _connections.Count < _options.MaxConnections && _connections.Add(connection);
        }
    }

    private void Forget(MsQuicConnection connection)
    {
        lock (_lock)
        {
            _connections.Remove(connection);
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

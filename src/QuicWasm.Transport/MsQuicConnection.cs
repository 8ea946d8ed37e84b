using System.Collections.Concurrent;
using System.Net.Quic;
using System.Runtime.Versioning;
using System.Threading.Channels;

namespace QuicWasm.Transport;

/// <summary>A connection of System.Net.Quic. Bytes are counted as streams carry them: MsQuic does not tell what the system took.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal sealed class MsQuicConnection : ITransportConnection
{
    private readonly QuicConnection _quic;
    private readonly ConcurrentQueue<Task<QuicStream>> _opening = new();
    private readonly Action<MsQuicConnection>? _ended;
    private readonly Channel<MsQuicStream> _accepted = Channel.CreateUnbounded<MsQuicStream>();
    private readonly TaskCompletionSource<QuicStream> _peerHello = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _accepting;
    private TransportException? _failure;

    public MsQuicConnection(QuicConnection quic, string remotePeer, MsQuicSecurity security, TransportOptions options, Action<MsQuicConnection>? ended)
    {
        _quic = quic;
        RemotePeer = remotePeer;
        PeerFingerprint = security.PeerFingerprint;
        Options = options;
        _ended = ended;
        Closed = _closed.Token;
        _accepting = AcceptLoopAsync();
    }

    public TransportOptions Options { get; }

    public string RemotePeer { get; }

    public string? PeerFingerprint { get; }

    public TransportCounters Counters => Cells.Snapshot();

    public CancellationToken Closed { get; }

    public CounterCells Cells { get; } = new();

    /// <summary>Why the connection is over, or null.</summary>
    public TransportException? Failure => Volatile.Read(ref _failure);

    /// <summary>The connecting side's part of the introduction.</summary>
    public async ValueTask IntroduceAsync(CertificateRejection? rejection, CancellationToken cancellationToken)
    {
        try
        {
            var preamble = rejection is null
                ? new Preamble(PreambleKind.Control, 0, 0, Options.MaxStreams)
                : new Preamble(PreambleKind.Refusal, 0, 0, 0, rejection.Status);
            var bytes = new byte[Preamble.LengthBytes];
            preamble.Write(bytes);
            await using var hello = await SendHelloAsync(bytes, cancellationToken);
            if (rejection != null)
            {
                await hello.WritesClosed.WaitAsync(cancellationToken);
                throw rejection.ToException(RemotePeer);
            }

            var reply = new byte[PreambleReply.LengthBytes];
            await using var peerHello = await _peerHello.Task.WaitAsync(cancellationToken);
            await peerHello.ReadExactlyAsync(reply, cancellationToken);
            PreambleReply.Read(reply, RemotePeer);
        }
        catch (Exception exception) when (MsQuicErrors.IsNetworkFailure(exception))
        {
            throw MsQuicErrors.Translate(exception, $"finish the handshake with {RemotePeer}");
        }
    }

    /// <summary>The accepting side's part: throws for a peer that is turned away, after it was told.</summary>
    public async ValueTask<bool> AnswerAsync(CertificateRejection? rejection, Func<bool> tryTakePlace, CancellationToken cancellationToken)
    {
        var bytes = new byte[Preamble.LengthBytes];
        await using var peerHello = await _peerHello.Task.WaitAsync(cancellationToken);
        await peerHello.ReadExactlyAsync(bytes, cancellationToken);
        var preamble = Preamble.Read(bytes, RemotePeer);
        if (preamble.Kind == PreambleKind.Refusal)
        {
            throw PreambleReply.Refusal(preamble.Status, Preamble.Version, RemotePeer);
        }

        var status = rejection?.Status ?? (tryTakePlace() ? PreambleStatus.Accepted : PreambleStatus.TooManyConnections);
        var reply = new byte[PreambleReply.LengthBytes];
        new PreambleReply(status, status == PreambleStatus.Accepted ? Options.MaxStreams : 0).Write(reply);
        await using var hello = await SendHelloAsync(reply, cancellationToken);
        if (status == PreambleStatus.Accepted)
        {
            return true;
        }

        try
        {
            await hello.WritesClosed.WaitAsync(cancellationToken);
        }
        catch (QuicException)
        {
            // It has read the reply and closed the connection, sooner than it acknowledged.
        }

        throw rejection?.ToException(RemotePeer) ?? new TransportException(
            TransportError.TooManyConnections, $"{RemotePeer} was refused: there are {Options.MaxConnections} connections, as many as are allowed");
    }

    /// <summary>A peer that was turned away has the word; it closes, or runs into the deadline.</summary>
    public async Task EndRefusedAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Options.HandshakeTimeout);
        try
        {
            await _accepting.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            // It did not close by itself.
        }

        await DisposeAsync();
    }

    public async ValueTask<ITransportStream> OpenStreamAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfEnded();
        cancellationToken.ThrowIfCancellationRequested();

        // An opening that nobody waits for any more is kept for the next: cancelled, it would take one of the peer's places all the same.
        var opening = _opening.TryDequeue(out var left) ? left : _quic.OpenOutboundStreamAsync(QuicStreamType.Bidirectional, CancellationToken.None).AsTask();
        try
        {
            var stream = await opening.WaitAsync(Options.ConnectTimeout, cancellationToken);
            Cells.AddOpened();
            return new MsQuicStream(this, stream);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            _opening.Enqueue(opening);
            cancellationToken.ThrowIfCancellationRequested();
            throw new TransportException(
                TransportError.TooManyStreams, $"{RemotePeer} allows no more streams at once, and none ended within {Options.ConnectTimeout.TotalSeconds:0.###} s; close some, or raise its limit");
        }
        catch (Exception exception) when (MsQuicErrors.IsNetworkFailure(exception))
        {
            throw End(exception).Again();
        }
    }

    public async ValueTask<ITransportStream> AcceptStreamAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _accepted.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw _failure!.Again();
        }
    }

    public async ValueTask CloseAsync(ulong code, CancellationToken cancellationToken = default)
    {
        if (TryEnd(new TransportException(TransportError.ConnectionClosed, $"the connection to {RemotePeer} was closed by this side with code {code}", code)))
        {
            await _quic.CloseAsync((long)code, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync(TransportCodes.None);
        await _quic.DisposeAsync();
        await _accepting;
        while (_accepted.Reader.TryRead(out var stream))
        {
            await stream.DisposeAsync();
        }
    }

    /// <summary>The connection has failed, as a stream or the accepting loop has seen: gives the reason that holds for all.</summary>
    public TransportException End(Exception cause)
    {
        var reason = cause is QuicException { QuicError: QuicError.ConnectionAborted, ApplicationErrorCode: { } code }
            ? new TransportException(TransportError.ConnectionClosed, $"{RemotePeer} closed the connection with code {code}", (ulong)code, cause)
            : new TransportException(TransportError.ConnectionLost, $"the connection to {RemotePeer} is lost: {cause.Message.TrimEnd('.')}", null, cause);
        TryEnd(reason);
        return _failure!;
    }

    private async ValueTask<QuicStream> SendHelloAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        var hello = await _quic.OpenOutboundStreamAsync(QuicStreamType.Unidirectional, cancellationToken);
        await hello.WriteAsync(bytes, completeWrites: true, cancellationToken);
        return hello;
    }

    private async Task AcceptLoopAsync()
    {
        try
        {
            while (true)
            {
                var stream = await _quic.AcceptInboundStreamAsync();
                if (stream.Type == QuicStreamType.Bidirectional)
                {
                    Cells.AddAccepted();
                    var accepted = new MsQuicStream(this, stream);
                    if (!_accepted.Writer.TryWrite(accepted))
                    {
                        await accepted.DisposeAsync();
                    }
                }
                else if (!_peerHello.TrySetResult(stream))
                {
                    await stream.DisposeAsync();
                }
            }
        }
        catch (Exception exception) when (MsQuicErrors.IsNetworkFailure(exception))
        {
            _peerHello.TrySetException(exception);
            End(exception);
        }
    }

    private void ThrowIfEnded()
    {
        if (Volatile.Read(ref _failure) is { } failure)
        {
            throw failure.Again();
        }
    }

    private bool TryEnd(TransportException reason)
    {
        if (Interlocked.CompareExchange(ref _failure, reason, null) != null)
        {
            return false;
        }

        _accepted.Writer.TryComplete();
        _ended?.Invoke(this);
        _ = _closed.CancelAsync();
        return true;
    }
}

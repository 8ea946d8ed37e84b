using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Threading.Channels;

namespace QuicWasm.Transport;

/// <summary>One end of a connection within a process.</summary>
internal sealed class LoopbackConnection : ITransportConnection
{
    private static readonly PipeOptions Bounded = new(
        pauseWriterThreshold: 256 << 10, resumeWriterThreshold: 128 << 10, minimumSegmentSize: 32 << 10, useSynchronizationContext: false);

    private readonly TransportOptions _options;
    private readonly SemaphoreSlim _places;
    private readonly Action<LoopbackConnection>? _ended;
    private readonly Channel<LoopbackStream> _accepted = Channel.CreateUnbounded<LoopbackStream>();
    private readonly ConcurrentDictionary<ulong, LoopbackStream> _streams = new();
    private readonly CancellationTokenSource _closed = new();
    private LoopbackConnection _peer;
    private TransportException? _failure;
    private ulong _lastNumber;

    private LoopbackConnection(TransportOptions options, TransportOptions peerOptions, string remotePeer, ulong lastNumber, Action<LoopbackConnection>? ended)
    {
        _options = options;
        _places = new SemaphoreSlim(peerOptions.MaxStreams);
        _ended = ended;
        _lastNumber = lastNumber;
        _peer = this;
        RemotePeer = remotePeer;
        Closed = _closed.Token;
    }

    public string RemotePeer { get; }

    public string? PeerFingerprint => null;

    public TransportCounters Counters => Cells.Snapshot();

    public CancellationToken Closed { get; }

    public CounterCells Cells { get; } = new();

    /// <summary>Makes both ends; the near one belongs to the side that connects.</summary>
    public static (LoopbackConnection Near, LoopbackConnection Far) MakePair(
        TransportOptions nearOptions, TransportOptions farOptions, string farName, string nearName, Action<LoopbackConnection> farEnded)
    {
        var near = new LoopbackConnection(nearOptions, farOptions, farName, 0, null);
        var far = new LoopbackConnection(farOptions, nearOptions, nearName, ulong.MaxValue, farEnded);
        near._peer = far;
        far._peer = near;
        return (near, far);
    }

    public async ValueTask<ITransportStream> OpenStreamAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfEnded();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Closed);
        try
        {
            if (!await _places.WaitAsync(_options.ConnectTimeout, linked.Token))
            {
                throw new TransportException(
                    TransportError.TooManyStreams, $"{RemotePeer} allows no more streams at once, and none ended within {_options.ConnectTimeout.TotalSeconds:0.###} s; close some, or raise its limit");
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ThrowIfEnded();
            throw;
        }

        return OpenPair();
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

    public ValueTask CloseAsync(ulong code, CancellationToken cancellationToken = default)
    {
        if (End(new TransportException(TransportError.ConnectionClosed, $"the connection to {RemotePeer} was closed by this side with code {code}", code)))
        {
            _peer.End(new TransportException(TransportError.ConnectionClosed, $"{_peer.RemotePeer} closed the connection with code {code}", code));
        }

        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync(TransportCodes.None);
        while (_accepted.Reader.TryRead(out var stream))
        {
            await stream.DisposeAsync();
        }
    }

    /// <summary>Ends as a killed process does. For tests.</summary>
    internal void Kill()
    {
        End(new TransportException(TransportError.ConnectionLost, $"the connection to {RemotePeer} was killed"));
        _peer.End(new TransportException(TransportError.ConnectionLost, $"{_peer.RemotePeer} is gone without closing the connection"));
    }

    private LoopbackStream OpenPair()
    {
        var number = Interlocked.Add(ref _lastNumber, 2);
        var forth = new Pipe(Bounded);
        var back = new Pipe(Bounded);
        var (near, far) = LoopbackStream.MakePair(this, _peer, number, _options, _peer._options, forth, back, () => _places.Release());
        Add(near);
        _peer.Add(far);
        Cells.AddOpened();
        _peer.Cells.AddAccepted();
        if (!_peer._accepted.Writer.TryWrite(far))
        {
            _ = far.DisposeAsync().AsTask();
        }

        return near;
    }

    internal void Forget(LoopbackStream stream) => _streams.TryRemove(stream.Number, out _);

    private void Add(LoopbackStream stream)
    {
        _streams[stream.Number] = stream;
        if (Volatile.Read(ref _failure) is { } failure)
        {
            stream.Fail(failure);
        }
    }

    private bool End(TransportException reason)
    {
        if (Interlocked.CompareExchange(ref _failure, reason, null) != null)
        {
            return false;
        }

        _accepted.Writer.TryComplete();
        foreach (var stream in _streams.Values)
        {
            stream.Fail(reason);
        }

        _ended?.Invoke(this);
        _ = _closed.CancelAsync();
        return true;
    }

    private void ThrowIfEnded()
    {
        if (Volatile.Read(ref _failure) is { } failure)
        {
            throw failure.Again();
        }
    }
}

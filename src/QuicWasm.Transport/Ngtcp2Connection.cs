using System.Threading.Channels;
using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>
/// A connection of libngtcp2. One lock covers the session and its streams. Whoever holds it drives the connection: a writer sends its
/// packets itself, and the endpoint's thread handles what comes in and what is due.
/// </summary>
internal sealed partial class Ngtcp2Connection : ITransportConnection
{
    private readonly Ngtcp2Endpoint _endpoint;
    private readonly Ngtcp2Listener? _listener;
    private readonly QuicSession _session;
    private readonly Dictionary<long, Ngtcp2Stream> _streams = [];
    private readonly Queue<QuicOutput> _toSend = new();
    private readonly Channel<Ngtcp2Stream> _accepted = Channel.CreateUnbounded<Ngtcp2Stream>();
    private readonly CancellationTokenSource _closed = new();
    private readonly CounterCells _counters = new();
    private TaskCompletionSource _streamsAllowed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TransportException? _failure;
    private long _unreportedReads;

    /// <summary>A connection that begins. Under <paramref name="gate"/>, since packets may come at once.</summary>
    public Ngtcp2Connection(
        Ngtcp2Endpoint endpoint, Ngtcp2Listener? listener, TransportOptions options, string remotePeer, Lock gate, Func<IQuicSessionEvents, QuicSession> begin,
        QuicResumption? resumption = null, Action<QuicResumption>? keep = null)
    {
        _resumption = resumption;
        _keep = keep;
        _endpoint = endpoint;
        _listener = listener;
        Options = options;
        RemotePeer = remotePeer;
        Gate = gate;
        Closed = _closed.Token;
        _helloDeadlineNs = QuicClock.NowNs + QuicClock.ToNs(options.HandshakeTimeout);
        _session = begin(this);
        foreach (var id in _session.OwnConnectionIds())
        {
            endpoint.AddRoute(id, this);
        }
    }

    /// <summary>Covers everything of this connection and of its streams.</summary>
    public Lock Gate { get; }

    public TransportOptions Options { get; }

    public string RemotePeer { get; }

    public string? PeerFingerprint { get; private set; }

    public TransportCounters Counters => _counters.Snapshot();

    public CancellationToken Closed { get; }

    public async ValueTask<ITransportStream> OpenStreamAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var deadline = new CancellationTokenSource(Options.ConnectTimeout);
        while (true)
        {
            Task allowed;
            lock (Gate)
            {
                ThrowIfEnded();
                if (_session.TryOpenStream(out var id))
                {
                    _counters.AddOpened();
                    return AddStream(id, isOwn: true);
                }

                allowed = _streamsAllowed.Task;
            }

            using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token, Closed);
            try
            {
                await allowed.WaitAsync(linked.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                ThrowIfEnded();
                throw new TransportException(
                    TransportError.TooManyStreams, $"{RemotePeer} allows no more streams at once, and none ended within {Options.ConnectTimeout.TotalSeconds:0.###} s; close some, or raise its limit");
            }
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

    /// <inheritdoc/>
    /// <remarks>QUIC has no answer to a close, so nothing is waited for: the endpoint repeats it while the peer goes on sending.</remarks>
    public ValueTask CloseAsync(ulong code, CancellationToken cancellationToken = default)
    {
        lock (Gate)
        {
            CloseWith(code, new TransportException(TransportError.ConnectionClosed, $"the connection to {RemotePeer} was closed by this side with code {code}", code));
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

    /// <summary>Sends what a stream has, on the caller's thread. Under the lock.</summary>
    public void Send(QuicOutput output)
    {
        Enqueue(output);
        Pump();
    }

    /// <summary>Lets a stream be sent with the next packets. Under the lock.</summary>
    public void Enqueue(QuicOutput output)
    {
        if (!output.IsQueued && output.HasWork)
        {
            output.IsQueued = true;
            _toSend.Enqueue(output);
        }
    }

    /// <summary>Bytes of a stream were read: the peer may send as many more. Under the lock.</summary>
    public void Consumed(Ngtcp2Stream stream, int bytes)
    {
        if (_failure != null)
        {
            return;
        }

        _session.ExtendStream(stream.Id, bytes);
        _unreportedReads += bytes;
        if (!_isInCall && _unreportedReads >= _endpoint.ReportBytes)
        {
            // Otherwise the news goes with the next packet.
            Pump();
        }
    }

    /// <summary>Under the lock.</summary>
    public void AbortStream(Ngtcp2Stream stream, ulong code)
    {
        if (_failure == null && !stream.IsClosed)
        {
            _session.AbortStream(stream.Id, code);
            PumpUnlessInCall();
        }
    }

    /// <summary>Nobody uses a stream any more. Under the lock.</summary>
    public void Forget(Ngtcp2Stream stream)
    {
        if (stream.IsClosed)
        {
            FreePlace(stream);
        }
        else if (_failure == null)
        {
            PumpUnlessInCall();
        }
    }

    /// <summary>A reader has what it waited for. Under the lock, by the thread that drives the endpoint.</summary>
    public void Continue(QuicWait reader, int result) => _endpoint.Continue(reader, result);

    public void CountAborted() => _counters.AddAborted();

    /// <summary>Begins to use new keys. For tests; the library does so by itself before the old ones are worn out.</summary>
    internal bool TryUpdateKeys()
    {
        lock (Gate)
        {
            return _session.TryUpdateKeys(QuicClock.NowNs);
        }
    }

    /// <summary>Ends as a killed process does: no packet says why, and later ones belong to nobody. For tests.</summary>
    internal void Kill()
    {
        lock (Gate)
        {
            TryEnd(new TransportException(TransportError.ConnectionLost, $"the connection to {RemotePeer} was killed"), lingers: false);
        }
    }

    private Ngtcp2Stream AddStream(long id, bool isOwn)
    {
        var stream = new Ngtcp2Stream(this, id, isOwn, new QuicOutput(id, _endpoint.Chunks, _endpoint.SendBufferBytes));
        _streams.Add(id, stream);
        return stream;
    }

    /// <summary>Lets the peer open another stream in place of one that is over on the wire and out of use here.</summary>
    private void FreePlace(Ngtcp2Stream stream)
    {
        _streams.Remove(stream.Id);
        if (!stream.IsOwn && _failure == null)
        {
            _session.ExtendStreams();
            PumpUnlessInCall();
        }
    }

    private void ThrowIfEnded()
    {
        if (Volatile.Read(ref _failure) is { } failure)
        {
            throw failure.Again();
        }
    }

    /// <summary>Closes for a reason of this side, and tells the peer.</summary>
    private void CloseWith(ulong code, TransportException reason)
    {
        if (_failure == null)
        {
            _session.WriteClose(code, QuicClock.NowNs);
            TryEnd(reason, lingers: true);
        }
    }

    private bool TryEnd(TransportException reason, bool lingers)
    {
        if (_failure != null)
        {
            return false;
        }

        Volatile.Write(ref _failure, reason);
        _ready.TrySetException(reason);
        _accepted.Writer.TryComplete();
        foreach (var stream in _streams.Values)
        {
            stream.FailByPeer(reason);
        }

        _listener?.Forget(this, reason);
        _ = _closed.CancelAsync();

        // RFC 9000, 10.2: packets under way are answered for three probe timeouts more.
        SetExpiry(lingers ? QuicClock.NowNs + (3 * _session.ProbeTimeoutNs) : 0);
        return true;
    }
}

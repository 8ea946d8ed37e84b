using System.Threading.Channels;

namespace QuicWasm.Transport;

/// <summary>
/// A connection over sockets: one control socket, and one socket for each stream. The side that connected dials all sockets;
/// the other side asks it to over the control socket, so that only one of both needs to be reachable.
/// </summary>
internal sealed class SocketConnection : ITransportConnection
{
    private readonly UInt128 _id;
    private readonly ControlLink _control;
    private readonly StreamTable _streams;
    private readonly SocketDialler? _dialler;
    private readonly Action<SocketConnection>? _ended;
    private readonly Channel<SocketStream> _accepted = Channel.CreateUnbounded<SocketStream>();
    private readonly CancellationTokenSource _closed = new();
    private readonly CounterCells _counters = new();
    private TransportException? _failure;

    /// <summary>A connection whose handshake is done.</summary>
    /// <param name="id">The connection's number on the wire.</param>
    /// <param name="control">The control socket.</param>
    /// <param name="peerMaxStreams">How many streams the peer lets this side have open.</param>
    /// <param name="options">This side's limits and deadlines.</param>
    /// <param name="dialler">Makes sockets to the peer, on the connecting side.</param>
    /// <param name="ended">Called once when the connection has ended, on the accepting side.</param>
    public SocketConnection(
        UInt128 id, SocketChannel control, int peerMaxStreams, TransportOptions options, SocketDialler? dialler, Action<SocketConnection>? ended)
    {
        _id = id;
        Options = options;
        RemotePeer = control.RemotePeer;
        PeerFingerprint = control.PeerFingerprint;
        _dialler = dialler;
        _ended = ended;
        _streams = new StreamTable(dialler != null, peerMaxStreams, options.MaxStreams);
        Closed = _closed.Token;
        control.CountInto(_counters);
        _control = new ControlLink(control, (4 * (options.MaxStreams + peerMaxStreams)) + 64, Handle, Violate, Lose);
    }

    public TransportOptions Options { get; }

    public UInt128 Id => _id;

    public string RemotePeer { get; }

    public string? PeerFingerprint { get; }

    public TransportCounters Counters => _counters.Snapshot();

    public CancellationToken Closed { get; }

    /// <summary>Begins to read and write control messages.</summary>
    public void Start() => _control.Start();

    public async ValueTask<ITransportStream> OpenStreamAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfEnded();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Closed);
        StreamSlot? slot = null;
        try
        {
            slot = await _streams.OpenAsync(Options.ConnectTimeout, linked.Token) ?? throw new TransportException(
                TransportError.TooManyStreams, $"{RemotePeer} allows no more streams at once, and none ended within {Options.ConnectTimeout.TotalSeconds:0.###} s; close some, or raise its limit");
            var channel = _dialler is { } dialler
                ? await dialler.DialAsync(new Preamble(PreambleKind.Stream, _id, slot.Number, 0), linked.Token)
                : await RequestDialAsync(slot, linked.Token);
            return Attach(slot, channel);
        }
        catch (Exception exception)
        {
            if (slot != null)
            {
                Abandon(slot);
            }

            ThrowIfEnded();
            if (exception is OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            throw;
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
        var reason = new TransportException(TransportError.ConnectionClosed, $"the connection to {RemotePeer} was closed by this side with code {code}", code);
        if (TryEnd(reason))
        {
            Post(new ControlMessage(ControlKind.Close, 0, code));
            await _control.CloseAsync(Options.CloseTimeout, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync(TransportCodes.None);
        await _control.Stopped;
        while (_accepted.Reader.TryRead(out var stream))
        {
            await stream.DisposeAsync();
        }
    }

    /// <summary>Takes a socket that the peer dialled: for a stream of its own, or for one that this side asked for.</summary>
    /// <exception cref="TransportException">It does not belong to this connection, or is one too many.</exception>
    public async ValueTask AdmitAsync(Preamble preamble, SocketChannel channel, CancellationToken cancellationToken)
    {
        if (channel.PeerFingerprint != PeerFingerprint)
        {
            throw new TransportException(TransportError.AuthenticationFailed, $"{channel.RemotePeer} offered a stream for a connection of another peer");
        }

        if (_streams.IsOwnNumber(preamble.StreamNumber))
        {
            if (_streams.Find(preamble.StreamNumber)?.TryDeliverDial(channel) != true)
            {
                throw new TransportException(TransportError.ProtocolViolation, $"{channel.RemotePeer} dialled stream {preamble.StreamNumber}, which nobody waits for");
            }

            return;
        }

        if (await _streams.AdmitAsync(preamble.StreamNumber, Options.HandshakeTimeout, cancellationToken) is not { } slot)
        {
            if (_streams.IsBuried(preamble.StreamNumber))
            {
                channel.Discard();
                return;
            }

            Post(new ControlMessage(ControlKind.Aborted, preamble.StreamNumber, TransportCodes.TooManyStreams));
            Post(new ControlMessage(ControlKind.Finished, preamble.StreamNumber, 0));
            throw new TransportException(TransportError.TooManyStreams, $"{channel.RemotePeer} opened more than {Options.MaxStreams} streams");
        }

        Enqueue(Attach(slot, channel));
    }

    /// <summary>Sends a control message. Never waits: the number of messages is bounded by that of streams, and a peer that reads none of them is given up.</summary>
    public void Post(ControlMessage message)
    {
        if (!_control.TryPost(message) && _failure == null)
        {
            Lose(new TransportException(TransportError.ConnectionLost, $"{RemotePeer} does not read control messages; it is stalled or hostile"));
        }
    }

    /// <summary>This side has no more to do with a stream.</summary>
    public void FinishStream(StreamSlot slot)
    {
        // RACE: the other side may fill the place of its stream as soon as it reads the message, and this side that of its own as soon
        // as the place is free; so the message goes last for a stream of the peer's, and first for one of this side's.
        var message = new ControlMessage(ControlKind.Finished, slot.Number, 0);
        if (slot.IsOwn)
        {
            Post(message);
            _streams.Finish(slot, byPeer: false);
        }
        else
        {
            _streams.Finish(slot, byPeer: false);
            Post(message);
        }
    }

    public void CountAborted() => _counters.AddAborted();

    /// <summary>Ends as a killed process does: the sockets go, and no message says why. For tests.</summary>
    internal void Kill() => Lose(new TransportException(TransportError.ConnectionLost, $"the connection to {RemotePeer} was killed"));

    private SocketStream Attach(StreamSlot slot, SocketChannel channel)
    {
        channel.CountInto(_counters);
        var stream = new SocketStream(this, slot, channel);
        if (!slot.TryAttach(stream))
        {
            channel.Discard();
            throw new TransportException(TransportError.ProtocolViolation, $"{RemotePeer} dialled stream {slot.Number} twice");
        }

        if (slot.IsOwn)
        {
            _counters.AddOpened();
        }
        else
        {
            _counters.AddAccepted();
        }

        return stream;
    }

    private void Enqueue(SocketStream stream)
    {
        if (!_accepted.Writer.TryWrite(stream))
        {
            _ = stream.DisposeAsync().AsTask();
        }
    }

    private Task<SocketChannel> RequestDialAsync(StreamSlot slot, CancellationToken cancellationToken)
    {
        var dialled = slot.ExpectDial();
        Post(new ControlMessage(ControlKind.OpenRequest, slot.Number, 0));
        return Deadline.RunAsync(
            Options.ConnectTimeout, $"opening stream {slot.Number} from {RemotePeer}", token => new ValueTask<SocketChannel>(dialled.WaitAsync(token)), cancellationToken).AsTask();
    }

    private async Task DialForPeerAsync(StreamSlot slot)
    {
        try
        {
            var channel = await _dialler!.DialAsync(new Preamble(PreambleKind.Stream, _id, slot.Number, 0), Closed);
            Enqueue(Attach(slot, channel));
        }
        catch (Exception exception) when (exception is TransportException or OperationCanceledException)
        {
            Post(new ControlMessage(ControlKind.Aborted, slot.Number, TransportCodes.CannotOpen));
            FinishStream(slot);
        }
    }

    /// <summary>Gives up a stream of this side whose socket could not be made.</summary>
    private void Abandon(StreamSlot slot)
    {
        slot.RefuseDial();
        Post(new ControlMessage(ControlKind.Aborted, slot.Number, TransportCodes.Cancelled));
        FinishStream(slot);
    }

    private void Handle(ControlMessage message)
    {
        if (message.Kind == ControlKind.Close)
        {
            Lose(new TransportException(TransportError.ConnectionClosed, $"{RemotePeer} closed the connection with code {message.Value}", message.Value));
            return;
        }

        if (_streams.FindOrAnnounce(message.StreamNumber) is not { } slot)
        {
            if (!_streams.WasOpened(message.StreamNumber))
            {
                Violate(new TransportException(TransportError.ProtocolViolation, $"{RemotePeer} speaks of stream {message.StreamNumber}, which is not open or one too many"));
            }

            return;
        }

        HandleForStream(message, slot);
    }

    private void HandleForStream(ControlMessage message, StreamSlot slot)
    {
        switch (message.Kind)
        {
            case ControlKind.Completed:
                slot.Complete(message.Value);
                break;
            case ControlKind.Aborted:
                slot.Fail(new TransportException(TransportError.StreamAborted, $"{RemotePeer} aborted stream {slot.Number} with code {message.Value}", message.Value));
                break;
            case ControlKind.Finished:
                _streams.Finish(slot, byPeer: true);
                if (_streams.TryBury(slot))
                {
                    Post(new ControlMessage(ControlKind.Finished, slot.Number, 0));
                }

                break;
            case ControlKind.OpenRequest when _dialler != null && !slot.IsOwn:
                _ = DialForPeerAsync(slot);
                break;
            default:
                Violate(new TransportException(TransportError.ProtocolViolation, $"{RemotePeer} sent a control message that is not its to send"));
                break;
        }
    }

    private void ThrowIfEnded()
    {
        if (Volatile.Read(ref _failure) is { } failure)
        {
            throw failure.Again();
        }
    }

    /// <summary>Ends the connection, and tells a peer that broke the protocol so.</summary>
    private void Violate(TransportException reason)
    {
        if (TryEnd(reason))
        {
            Post(new ControlMessage(ControlKind.Close, 0, TransportCodes.ProtocolViolation));
            _ = _control.CloseAsync(Options.CloseTimeout, CancellationToken.None).AsTask();
        }
    }

    /// <summary>Ends the connection without a word to the peer.</summary>
    private void Lose(TransportException reason)
    {
        if (TryEnd(reason))
        {
            _control.Stop();
        }
    }

    private bool TryEnd(TransportException reason)
    {
        if (Interlocked.CompareExchange(ref _failure, reason, null) != null)
        {
            return false;
        }

        _accepted.Writer.TryComplete();
        _streams.FailAll(reason);
        _ended?.Invoke(this);
        _ = _closed.CancelAsync();
        return true;
    }
}

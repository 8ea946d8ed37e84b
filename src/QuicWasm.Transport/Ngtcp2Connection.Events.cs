using System.Security.Cryptography.X509Certificates;
using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>
/// What the session tells, under the lock; and the introduction: as over sockets, the connecting side sends a preamble, and the
/// listener a reply, each on a one-way stream. Both judge the other's certificate after the TLS handshake, so that both can say why.
/// </summary>
internal sealed partial class Ngtcp2Connection : IQuicSessionEvents
{
    private const int OneWayBit = 2;

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ulong _helloDeadlineNs;
    private readonly MemoryStream _peerHello = new();
    private QuicOutput? _hello;
    private CertificateRejection? _rejection;
    private readonly QuicResumption? _resumption;
    private readonly Action<QuicResumption>? _keep;
    private IReadOnlyList<byte[]> _certificates = [];
    private TransportException? _refusal;
    private QuicTicket? _ticket;
    private UInt128 _cookie;
    private bool _isHandshakeDone;
    private bool _isEstablished;

    /// <summary>Completes when both sides have accepted each other; on the connecting side.</summary>
    public Task Ready => _ready.Task;

    public bool IsEstablished => _isEstablished;

    /// <summary>Whether this side was introduced by its first packet, or the peer to this listener. For tests.</summary>
    internal bool WasEarly { get; private set; }

    /// <summary>Introduces this side with the first packet. Under the lock, before anything is sent.</summary>
    private void BeginEarly()
    {
        if (_resumption is not null && _session.CanSendEarly)
        {
            SendPreamble(_resumption.Cookie);
        }
    }

    private void SendPreamble(UInt128 cookie)
    {
        var bytes = new byte[Preamble.LengthBytes];
        var preamble = _rejection is null
            ? new Preamble(PreambleKind.Control, cookie, 0, Options.MaxStreams)
            : new Preamble(PreambleKind.Refusal, 0, 0, 0, _rejection.Status);
        preamble.Write(bytes);
        _hello?.Buffer.Dispose();
        SendHello(bytes);
    }

    private void JudgePeer(IReadOnlyList<byte[]> certificates)
    {
        _certificates = certificates;
        (_rejection, PeerFingerprint) = Judge(certificates, Options);
    }

    /// <summary>Why a peer with these certificates (DER) is not trusted, or null; and its fingerprint.</summary>
    internal static (CertificateRejection? Rejection, string? Fingerprint) Judge(IReadOnlyList<byte[]> certificates, TransportOptions options)
    {
        var presented = new X509Certificate2Collection();
        foreach (var der in certificates)
        {
            presented.Add(X509CertificateLoader.LoadCertificate(der));
        }

        var own = presented.Count == 0 ? null : presented[0];
        var rejection = options.Authentication!.Judge(own, presented, TimeProvider.System.GetUtcNow());
        var fingerprint = own is null ? null : NodeIdentity.FingerprintOf(own);
        foreach (var certificate in presented)
        {
            certificate.Dispose();
        }

        return (rejection, fingerprint);
    }

    /// <summary>With the ticket, which TLS gives, and the cookie, which the listener's answer holds, the next connection begins.</summary>
    private void KeepResumption()
    {
        if (_ticket is not null && _cookie != 0)
        {
            _keep?.Invoke(new QuicResumption(_ticket, _cookie, _certificates));
        }
    }

    void IQuicSessionEvents.HandshakeCompleted()
    {
        if (_listener is null)
        {
            JudgePeer(_resumption is not null && _session.IsResumed ? _resumption.Certificates : _session.PeerCertificates());
            WasEarly = _session.SettleEarlyData();
            if (!WasEarly)
            {
                SendPreamble(_session.IsResumed ? _resumption?.Cookie ?? 0 : 0);
            }

            return;
        }

        if (!_isEstablished)
        {
            JudgePeer(_session.PeerCertificates());
            _isHandshakeDone = true;
        }

        _session.GiveTicket();
        ReadHello();
    }

    void IQuicSessionEvents.TicketReceived(QuicTicket ticket)
    {
        _ticket = ticket;
        KeepResumption();
    }

    void IQuicSessionEvents.StreamOpened(long streamId)
    {
        if ((streamId & OneWayBit) == 0)
        {
            _counters.AddAccepted();
            _accepted.Writer.TryWrite(AddStream(streamId, isOwn: false));
        }
    }

    void IQuicSessionEvents.StreamReceived(long streamId, ReadOnlySpan<byte> bytes, bool isEnd)
    {
        _session.ExtendConnection(bytes.Length);
        if ((streamId & OneWayBit) != 0)
        {
            _peerHello.Write(bytes);
            ReadHello();
        }
        else if (_streams.TryGetValue(streamId, out var stream))
        {
            _isAnswerLikely = true;
            stream.Receive(bytes, isEnd);
        }
    }

    void IQuicSessionEvents.StreamAcknowledged(long streamId, ulong endOffset)
    {
        if (_streams.TryGetValue(streamId, out var stream))
        {
            stream.Acknowledge(endOffset);
        }
        else if (_hello?.StreamId == streamId && _rejection is { } rejection && _listener is null && endOffset == Preamble.LengthBytes)
        {
            // The listener knows that it is not trusted.
            _refusal ??= rejection.ToException(RemotePeer);
            _ready.TrySetException(_refusal);
        }
    }

    void IQuicSessionEvents.StreamAborted(long streamId, ulong code)
    {
        if (_streams.TryGetValue(streamId, out var stream))
        {
            stream.FailByPeer(AbortedByPeer(streamId, code));
            AbortStream(stream, code);
        }
    }

    void IQuicSessionEvents.StreamClosed(long streamId, ulong? code)
    {
        if (_streams.TryGetValue(streamId, out var stream))
        {
            if (code is { } aborted)
            {
                // The peer had sent all, and wants no more: it said so, and the library tells it now only.
                stream.FailByPeer(AbortedByPeer(streamId, aborted));
            }

            stream.Close();
            if (stream.IsDisposed)
            {
                FreePlace(stream);
            }
        }
    }

    void IQuicSessionEvents.StreamUnblocked(long streamId)
    {
        if (_streams.TryGetValue(streamId, out var stream))
        {
            Enqueue(stream.Output);
        }
    }

    void IQuicSessionEvents.StreamsAllowed()
    {
        _streamsAllowed.TrySetResult();
        _streamsAllowed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    void IQuicSessionEvents.Sending(int bytes) => _counters.AddSent(bytes);

    void IQuicSessionEvents.ConnectionIdAdded(ReadOnlySpan<byte> id) => _endpoint.AddRoute(id, this);

    void IQuicSessionEvents.ConnectionIdRemoved(ReadOnlySpan<byte> id) => _endpoint.RemoveRoute(id);

    private TransportException AbortedByPeer(long streamId, ulong code) =>
        new(TransportError.StreamAborted, $"{RemotePeer} aborted stream {streamId} with code {code}", code);

    private void SendHello(byte[] bytes)
    {
        _hello = new QuicOutput(_session.OpenOneWayStream(), _endpoint.Chunks, QuicChunks.ChunkBytes);
        _hello.Buffer.Append(bytes);
        _hello.IsComplete = true;
        Enqueue(_hello);
    }

    private void ReadHello()
    {
        var bytes = _peerHello.GetBuffer().AsSpan(0, (int)_peerHello.Length);
        if (_isEstablished || _refusal != null)
        {
            return;
        }

        if (_listener is null && bytes.Length >= PreambleReply.LengthBytes && _rejection is null)
        {
            _cookie = PreambleReply.Read(bytes, RemotePeer).Cookie;
            _isEstablished = _session.IsEstablished = true;
            _ready.TrySetResult();
            KeepResumption();
        }
        else if (_listener != null && bytes.Length >= Preamble.LengthBytes)
        {
            AnswerPreamble(bytes);
        }
    }

    private void AnswerPreamble(ReadOnlySpan<byte> bytes)
    {
        var preamble = Preamble.Read(bytes, RemotePeer);
        if (preamble.ConnectionId != 0 && _session.IsResumed && _listener!.Cookies?.Take(preamble.ConnectionId) is { } certificates)
        {
            JudgePeer(certificates);
            WasEarly = !_isHandshakeDone;
        }
        else if (!_isHandshakeDone)
        {
            // Nobody knows yet who that is; the end of the handshake tells.
            return;
        }

        var status = PreambleStatus.Accepted;
        if (preamble.Kind == PreambleKind.Refusal)
        {
            _refusal = PreambleReply.Refusal(preamble.Status, Preamble.Version, RemotePeer);
            _listener!.Refuse(this, _refusal);
            return;
        }

        if (_rejection is { } rejection)
        {
            (status, _refusal) = (rejection.Status, rejection.ToException(RemotePeer));
        }
        else if (!_listener!.TryTakePlace(this))
        {
            status = PreambleStatus.TooManyConnections;
            _refusal = new TransportException(
                TransportError.TooManyConnections, $"{RemotePeer} was refused: there are {Options.MaxConnections} connections, as many as are allowed");
        }

        var reply = new byte[PreambleReply.LengthBytes];
        new PreambleReply(status, _refusal is null ? Options.MaxStreams : 0, _refusal is null ? _listener!.Cookies?.Give(_certificates) ?? 0 : 0).Write(reply);
        SendHello(reply);
        if (_refusal != null)
        {
            _listener!.Refuse(this, _refusal);
            return;
        }

        _isEstablished = _session.IsEstablished = true;
        _listener!.Add(this);
    }
}

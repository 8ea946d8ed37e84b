using System.Numerics;
using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>How packets come and go.</summary>
internal sealed partial class Ngtcp2Connection
{
    /// <summary>How many packets one holder of the lock sends before others have their turn.</summary>
    private const int MaxTurnPackets = 256;

    /// <summary>
    /// Below that round-trip time packets are not spread over it: timers are too coarse, and delayed acknowledgements would be taken for
    /// the network's own delay, so that a connection that was held up once stayed slow.
    /// </summary>
    private const ulong MinPacedRttNs = 10_000_000;

    /// <summary>
    /// How long the acknowledgement of a request waits for the answer, which takes it along: that saves a packet each way, and the other
    /// side a wake. Far below the delay that peers are told of (25 ms).
    /// </summary>
    private const ulong AnswerPatienceNs = 500_000;

    /// <summary>More than that is no request: the peer may have more to send, and its window waits for the acknowledgement.</summary>
    private const int MaxRequestBytes = 8 << 10;

    private ulong _expiryNs;
    private int _unansweredBytes;
    private bool _isAnswerLikely;
    private ulong _answerDueNs;

    /// <summary>The library is at work: what its events lead to is written afterwards.</summary>
    private bool _isInCall;
    private bool _isOver;
    private uint _receivedSinceClose;

    /// <summary>When <see cref="HandleTimer"/> is to be called.</summary>
    public ulong ExpiryNs => Volatile.Read(ref _expiryNs);

    /// <summary>Reads datagrams that came together, and answers. By the endpoint's thread.</summary>
    public void Receive(ReadOnlySpan<byte> datagrams, int segmentBytes, ReadOnlySpan<byte> remote)
    {
        lock (Gate)
        {
            _counters.AddReceived(datagrams.Length);
            if (_isOver)
            {
                return;
            }

            if (_failure != null)
            {
                RepeatClose();
                return;
            }

            var now = QuicClock.NowNs;
            _unansweredBytes += datagrams.Length;
            while (!datagrams.IsEmpty && _failure == null)
            {
                var packet = datagrams.Length > segmentBytes ? datagrams[..segmentBytes] : datagrams;
                datagrams = datagrams[packet.Length..];
                _isInCall = true;
                try
                {
                    Judge(_session.Read(packet, remote, now));
                }
                catch (TransportException exception)
                {
                    CloseWith(TransportCodes.ProtocolViolation, exception);
                }
                catch (NativeException exception)
                {
                    TryEnd(Ngtcp2Errors.Lost(RemotePeer, exception), lingers: false);
                }
                finally
                {
                    _isInCall = false;
                }
            }

            if (_isAnswerLikely && _failure == null && _unansweredBytes <= MaxRequestBytes && _toSend.Count == 0)
            {
                _answerDueNs = _answerDueNs != 0 ? _answerDueNs : now + AnswerPatienceNs;
                SetExpiry(_answerDueNs);
            }
            else
            {
                Pump();
            }
        }
    }

    /// <summary>Does what is due. By the endpoint's thread.</summary>
    /// <returns>False when the connection is over, and can be forgotten.</returns>
    public bool HandleTimer()
    {
        lock (Gate)
        {
            if (_failure != null)
            {
                _isOver = true;
                SetExpiry(ulong.MaxValue);
                foreach (var stream in _streams.Values)
                {
                    stream.Close();
                }

                _hello?.Buffer.Dispose();
                _session.Dispose();
                return false;
            }

            var now = QuicClock.NowNs;
            if (!_isEstablished && now >= _helloDeadlineNs)
            {
                CloseWith(TransportCodes.TimedOut, TimedOutHandshake());
                return true;
            }

            _isInCall = true;
            try
            {
                Judge(_session.HandleTimer(now));
            }
            catch (NativeException exception)
            {
                TryEnd(Ngtcp2Errors.Lost(RemotePeer, exception), lingers: false);
            }
            finally
            {
                _isInCall = false;
            }

            Pump();
            return true;
        }
    }

    /// <summary>Sends the first packet of a connecting side.</summary>
    public void Begin()
    {
        lock (Gate)
        {
            BeginEarly();
            Pump();
        }
    }

    /// <summary>Goes on over another socket. By the endpoint's thread.</summary>
    public void MoveTo(DatagramSocket datagrams, ReadOnlySpan<byte> local)
    {
        lock (Gate)
        {
            if (!_isOver)
            {
                _session.Move(datagrams, local, QuicClock.NowNs);
                Pump();
            }
        }
    }

    /// <summary>Ends a connection whose socket has failed.</summary>
    public void Lose(TransportException reason)
    {
        lock (Gate)
        {
            TryEnd(reason, lingers: false);
        }
    }

    /// <summary>
    /// Tells a peer that goes on sending again that the connection is closed; ever more seldom (RFC 9000, 10.2.1), or two ends that have
    /// closed at once would answer each other as fast as they can.
    /// </summary>
    private void RepeatClose()
    {
        if (BitOperations.IsPow2(++_receivedSinceClose))
        {
            _session.RepeatClose();
        }
    }

    private void PumpUnlessInCall()
    {
        if (!_isInCall)
        {
            Pump();
        }
    }

    /// <summary>Sends what may be sent. One packet holds bytes of several streams when they are few; large streams take turns.</summary>
    private void Pump()
    {
        if (_failure != null)
        {
            return;
        }

        _unreportedReads = 0;
        _unansweredBytes = 0;
        _isAnswerLikely = false;
        _answerDueNs = 0;
        var now = QuicClock.NowNs;
        _isInCall = true;
        var more = WriteAll(now);
        _isInCall = false;
        if (more is null)
        {
            Break();
            return;
        }

        var isPaced = _isEstablished && _session.SmoothedRttNs >= MinPacedRttNs;
        _session.Flush(now, isPaced);

        // On a short way the library wants to acknowledge after an eighth of the round-trip time, which is before the next request comes.
        var expiry = more.Value ? now : isPaced ? _session.ExpiryNs : Math.Max(_session.ExpiryNs, now + AnswerPatienceNs);
        SetExpiry(_isEstablished ? expiry : Math.Min(expiry, _helloDeadlineNs));
    }

    /// <summary>Writes packets; tells whether there are more, or null when the session has failed.</summary>
    private bool? WriteAll(ulong now)
    {
        for (var packets = 0; ;)
        {
            var result = WriteNext(now);
            if (result == QuicWriteResult.Failed)
            {
                return null;
            }

            if (result == QuicWriteResult.Idle)
            {
                return false;
            }

            if (result == QuicWriteResult.Packet && ++packets == MaxTurnPackets)
            {
                return true;
            }
        }
    }

    private QuicWriteResult WriteNext(ulong now)
    {
        if (!_toSend.TryDequeue(out var output))
        {
            return _session.FinishPacket(now);
        }

        output.IsQueued = false;
        var result = _session.WriteStream(output.StreamId, output.Buffer, output.IsComplete, out var finished, now);
        output.EndIsWritten |= finished;
        if (result is QuicWriteResult.Packet or QuicWriteResult.Coalesced or QuicWriteResult.Idle)
        {
            // Not when it is blocked: the peer's window brings it back. Nor when it is gone.
            Enqueue(output);
        }

        return result;
    }

    private void Judge(QuicReadResult result)
    {
        switch (result)
        {
            case QuicReadResult.Continues:
                break;
            case QuicReadResult.ClosedByPeer:
                var (isApplication, code, reason) = _session.PeerClose;
                TryEnd(Ngtcp2Errors.ClosedByPeer(RemotePeer, isApplication, code, reason), lingers: _listener != null);
                break;
            case QuicReadResult.Reset:
                TryEnd(new TransportException(TransportError.ConnectionLost, $"{RemotePeer} no longer knows the connection: its process was started anew"), lingers: false);
                break;
            case QuicReadResult.Dropped or QuicReadResult.RetryWanted:
                TryEnd(new TransportException(TransportError.ProtocolViolation, $"{RemotePeer} began no connection that can be accepted ({_session.FailureText})"), lingers: false);
                break;
            case QuicReadResult.HandshakeTimeout:
                TryEnd(TimedOutHandshake(), lingers: false);
                break;
            case QuicReadResult.IdleTimeout:
                TryEnd(
                    new TransportException(TransportError.ConnectionLost, $"{RemotePeer} was silent for {Options.IdleTimeout.TotalSeconds:0.###} s; it is gone, or the network between"),
                    lingers: false);
                break;
            default:
                Break();
                break;
        }
    }

    /// <summary>QUIC or TLS has failed on this side.</summary>
    private void Break()
    {
        var reason = Ngtcp2Errors.Failed(RemotePeer, _isEstablished, _session.FailureText);
        _session.WriteFailure(QuicClock.NowNs);
        TryEnd(reason, lingers: true);
    }

    private TransportException TimedOutHandshake() =>
        new(TransportError.Timeout, $"the handshake with {RemotePeer} did not end within {Options.HandshakeTimeout.TotalSeconds:0.###} s");

    private void SetExpiry(ulong expiry)
    {
        Volatile.Write(ref _expiryNs, expiry);
        _endpoint.Noticed(expiry);
    }
}

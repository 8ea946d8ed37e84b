namespace QuicWasm.Transport;

/// <summary>A stream of an ngtcp2 connection. Written bytes are copied once, into the buffer that they are sent from until they are acknowledged.</summary>
internal sealed class Ngtcp2Stream : ITransportStream
{
    private const long MaxDiscardedBytes = 16 << 20;

    private readonly Ngtcp2Connection _connection;
    private readonly QuicInput _input = new();
    private readonly QuicWait _reading;
    private readonly QuicWait _writing;
    private readonly StallTimer _readStall;
    private readonly StallTimer _writeStall;
    private Memory<byte> _readInto;
    private ReadOnlyMemory<byte> _writeFrom;
    private TransportException? _failure;
    private TimeSpan _readTimeout;
    private TimeSpan _writeTimeout;
    private long _discardedBytes;
    private bool _inputEnded;
    private bool _disposed;

    /// <summary>Made under the connection's lock.</summary>
    public Ngtcp2Stream(Ngtcp2Connection connection, long id, bool isOwn, QuicOutput output)
    {
        _connection = connection;
        Id = id;
        IsOwn = isOwn;
        Output = output;
        _readTimeout = connection.Options.ReadTimeout;
        _writeTimeout = connection.Options.WriteTimeout;
        _readStall = new StallTimer(() => TimeOut("nothing came", _readTimeout));
        _writeStall = new StallTimer(() => TimeOut("the peer took nothing", _writeTimeout));
        _reading = new QuicWait(CancelRead);
        _writing = new QuicWait(CancelWrite);
    }

    public long Id { get; }

    public ulong Number => (ulong)Id;

    public bool IsOwn { get; }

    public QuicOutput Output { get; }

    /// <summary>Both directions are over on the wire.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Nobody uses it any more.</summary>
    public bool IsDisposed => _disposed;

    public ITransportConnection Connection => _connection;

    public TimeSpan ReadTimeout
    {
        get => _readTimeout;
        set
        {
            TransportOptions.CheckDeadline(value, nameof(ReadTimeout), true);
            _readTimeout = value;
        }
    }

    public TimeSpan WriteTimeout
    {
        get => _writeTimeout;
        set
        {
            TransportOptions.CheckDeadline(value, nameof(WriteTimeout), true);
            _writeTimeout = value;
        }
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            throw new ArgumentException("a read needs room for at least one byte", nameof(buffer));
        }

        lock (_connection.Gate)
        {
            if (!_disposed && _input.UnreadBytes > 0)
            {
                // Also after the peer has aborted: an answer that came before counts.
                var count = _input.Read(buffer.Span);
                _connection.Consumed(this, count);
                return new(count);
            }

            if (Unusable() is { } problem)
            {
                return ValueTask.FromException<int>(problem);
            }

            if (_inputEnded)
            {
                return new(0);
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return ValueTask.FromCanceled<int>(cancellationToken);
            }

            ThrowIfBusy(_reading, "read");
            _readInto = buffer;
            _readStall.Arm(_readTimeout);
            return new(_reading, _reading.Start(cancellationToken));
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        lock (_connection.Gate)
        {
            if (Unusable() is { } problem)
            {
                return ValueTask.FromException(problem);
            }

            if (Output.IsComplete)
            {
                throw new InvalidOperationException($"the writes of {Describe()} are complete already");
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return ValueTask.FromCanceled(cancellationToken);
            }

            ThrowIfBusy(_writing, "written");
            var taken = Output.Buffer.Append(bytes.Span);
            if (taken == bytes.Length)
            {
                _connection.Send(Output);
                return default;
            }

            _writeFrom = bytes[taken..];
            _writeStall.Arm(_writeTimeout);
            var version = _writing.Start(cancellationToken);
            _connection.Send(Output);
            return new(_writing, version);
        }
    }

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        lock (_connection.Gate)
        {
            if (Output.IsComplete)
            {
                return default;
            }

            if (Unusable() is { } problem)
            {
                return ValueTask.FromException(problem);
            }

            ThrowIfBusy(_writing, "written");
            Output.IsComplete = true;
            _connection.Send(Output);
            return default;
        }
    }

    public void Abort(ulong code)
    {
        lock (_connection.Gate)
        {
            Fail(new TransportException(TransportError.StreamAborted, $"{Describe()} was aborted by this side with code {code}", code), code);
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_connection.Gate)
        {
            if (_disposed)
            {
                return default;
            }

            if (!Output.IsComplete)
            {
                Abort(TransportCodes.None);
            }

            _disposed = true;
            _readStall.Disarm();
            _writeStall.Disarm();
            Discard(_input.UnreadBytes);
            _input.Clear();
            _connection.Forget(this);
            return default;
        }
    }

    /// <summary>Bytes have come. Under the lock.</summary>
    public void Receive(ReadOnlySpan<byte> bytes, bool isEnd)
    {
        _inputEnded |= isEnd;
        if (_disposed)
        {
            Discard(bytes.Length);
            return;
        }

        if (_failure != null)
        {
            return;
        }

        if (_reading.IsPending && bytes.Length > 0)
        {
            var count = Math.Min(bytes.Length, _readInto.Length);
            bytes[..count].CopyTo(_readInto.Span);
            bytes = bytes[count..];
            _connection.Consumed(this, count);
            EndRead(count);
        }

        _input.Append(bytes);
        if (_inputEnded && _input.UnreadBytes == 0)
        {
            EndRead(0);
        }
    }

    /// <summary>The peer has more of the bytes: there is room for others. Under the lock.</summary>
    public void Acknowledge(ulong endOffset)
    {
        Output.Buffer.Acknowledge(endOffset);
        if (!_writing.IsPending)
        {
            return;
        }

        var taken = Output.Buffer.Append(_writeFrom.Span);
        if (taken == 0)
        {
            return;
        }

        _connection.Enqueue(Output);
        _writeFrom = _writeFrom[taken..];
        if (_writeFrom.IsEmpty)
        {
            EndWrite();
        }
        else
        {
            _writeStall.Arm(_writeTimeout);
        }
    }

    /// <summary>The peer aborted, or the connection is gone. Under the lock.</summary>
    public void FailByPeer(TransportException failure) => Fail(failure, null);

    /// <summary>Both directions are over. Under the lock.</summary>
    public void Close()
    {
        IsClosed = true;
        Output.Buffer.Dispose();
    }

    private void TimeOut(string what, TimeSpan timeout)
    {
        lock (_connection.Gate)
        {
            Fail(
                new TransportException(TransportError.Timeout, $"{what} on {Describe()} for {timeout.TotalSeconds:0.###} s; the peer is stalled or the deadline too short"),
                TransportCodes.TimedOut);
        }
    }

    private void Fail(TransportException failure, ulong? tellPeer)
    {
        if (_failure != null)
        {
            return;
        }

        _failure = failure;
        _connection.CountAborted();
        _readStall.Disarm();
        _writeStall.Disarm();
        _reading.Fail(failure.Again());
        _writing.Fail(failure.Again());
        _readInto = default;
        _writeFrom = default;
        if (tellPeer is { } code)
        {
            _input.Clear();
            _connection.AbortStream(this, code);
        }
    }

    private void EndRead(int count)
    {
        _readInto = default;
        _readStall.Disarm();
        if (_reading.TryEnd())
        {
            _connection.Continue(_reading, count);
        }
    }

    private void EndWrite()
    {
        _writeFrom = default;
        _writeStall.Disarm();
        if (_writing.TryEnd())
        {
            _writing.Continue(0);
        }
    }

    private void CancelRead()
    {
        lock (_connection.Gate)
        {
            if (_reading.IsPending && _reading.Token.IsCancellationRequested)
            {
                _readInto = default;
                _readStall.Disarm();
                _reading.Fail(new OperationCanceledException(_reading.Token));
            }
        }
    }

    private void CancelWrite()
    {
        lock (_connection.Gate)
        {
            if (_writing.IsPending && _writing.Token.IsCancellationRequested)
            {
                _writeStall.Disarm();
                _writing.Fail(new OperationCanceledException(_writing.Token));
                Abort(TransportCodes.Cancelled);
            }
        }
    }

    /// <summary>Input that nobody wants: the peer may finish what it began, within reason.</summary>
    private void Discard(int bytes)
    {
        if (_failure != null || bytes == 0)
        {
            return;
        }

        _discardedBytes += bytes;
        _connection.Consumed(this, bytes);
        if (_discardedBytes > MaxDiscardedBytes)
        {
            Abort(TransportCodes.UnwantedInput);
        }
    }

    private static void ThrowIfBusy(QuicWait wait, string what)
    {
        if (wait.IsPending)
        {
            throw new InvalidOperationException($"the stream is being {what} already; take turns");
        }
    }

    private Exception? Unusable() => _disposed ? new ObjectDisposedException(Describe()) : _failure?.Again();

    private string Describe() => $"stream {Number} of {_connection.RemotePeer}";
}

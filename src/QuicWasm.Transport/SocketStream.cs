using System.Buffers;
using System.Runtime.CompilerServices;

namespace QuicWasm.Transport;

/// <summary>A stream over a socket of its own. Data goes straight between the caller's memory and the channel.</summary>
internal sealed partial class SocketStream : ITransportStream
{
    /// <summary>Larger writes are cut, so that counters and deadlines see progress.</summary>
    private const int ChunkBytes = 1 << 20;

    private const long MaxDiscardedBytes = 16 << 20;

    private readonly SocketConnection _connection;
    private readonly StreamSlot _slot;
    private readonly SocketChannel _channel;
    private readonly StallTimer _readStall;
    private readonly StallTimer _writeStall;
    private TransportException? _failure;
    private TimeSpan _readTimeout;
    private TimeSpan _writeTimeout;
    private ulong _bytesRead;
    private ulong _bytesWritten;
    private bool _ended;
    private bool _completed;
    private int _disposed;

    public SocketStream(SocketConnection connection, StreamSlot slot, SocketChannel channel)
    {
        _connection = connection;
        _slot = slot;
        _channel = channel;
        _readTimeout = connection.Options.ReadTimeout;
        _writeTimeout = connection.Options.WriteTimeout;
        _readStall = new StallTimer(() => TimeOut("nothing came", _readTimeout));
        _writeStall = new StallTimer(() => TimeOut("the peer took nothing", _writeTimeout));
    }

    public ulong Number => _slot.Number;

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

        var pending = StartRead(buffer, cancellationToken);
        if (!pending.IsCompletedSuccessfully)
        {
            return FinishReadAsync(pending, cancellationToken);
        }

        var count = pending.Result;
        if (count == 0)
        {
            return _ended ? new(0) : FinishReadAsync(new(0), cancellationToken);
        }

        CountRead(count);
        return new(count);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        if (_completed)
        {
            throw new InvalidOperationException($"the writes of {Describe()} are complete already");
        }

        if (bytes.IsEmpty)
        {
            return default;
        }

        cancellationToken.ThrowIfCancellationRequested();
        var pending = StartWrite(bytes, cancellationToken);
        if (!pending.IsCompletedSuccessfully)
        {
            return FinishWriteAsync(pending, bytes, cancellationToken);
        }

        var count = pending.Result;
        CountWrite(count);
        return count == bytes.Length ? default : FinishWriteAsync(StartWrite(bytes[count..], cancellationToken), bytes[count..], cancellationToken);
    }

    public async ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        if (_completed)
        {
            return;
        }

        ThrowIfUnusable();
        _completed = true;
        _connection.Post(new ControlMessage(ControlKind.Completed, Number, _bytesWritten));
        try
        {
            await _channel.CompleteWritesAsync();
        }
        catch (Exception exception) when (SocketErrors.IsNetworkFailure(exception))
        {
            throw await ExplainAsync(exception, "complete the writes of");
        }
    }

    public void Abort(ulong code) =>
        Fail(new TransportException(TransportError.StreamAborted, $"{Describe()} was aborted by this side with code {code}", code), code);

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return default;
        }

        _readStall.Disarm();
        _writeStall.Disarm();
        if (!_completed)
        {
            Abort(TransportCodes.None);
        }

        if (_ended || _failure != null)
        {
            _channel.Dispose();
            _connection.FinishStream(_slot);
        }
        else
        {
            // Closing a socket with unread input would destroy what was written and has not arrived yet.
            if (_isDedicated)
            {
                new Thread(DiscardHere) { IsBackground = true, Name = "discard" }.Start();
            }
            else
            {
                _ = DiscardInputAsync();
            }
        }

        return default;
    }

    /// <summary>The peer aborted, or the connection is gone.</summary>
    public void FailByPeer(TransportException failure) => Fail(failure, null);

    private void TimeOut(string what, TimeSpan timeout) => Fail(
        new TransportException(TransportError.Timeout, $"{what} on {Describe()} for {timeout.TotalSeconds:0.###} s; the peer is stalled or the deadline too short"),
        TransportCodes.TimedOut);

    private void Fail(TransportException failure, ulong? tellPeer)
    {
        if (Interlocked.CompareExchange(ref _failure, failure, null) != null)
        {
            return;
        }

        _connection.CountAborted();
        if (tellPeer is { } code)
        {
            // RACE: the notice goes first; the peer whose socket is reset waits for it to learn the code.
            _connection.Post(new ControlMessage(ControlKind.Aborted, Number, code));
        }

        _channel.Reset();
    }

    private ValueTask<int> StartRead(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            ThrowIfUnusable();
            return _ended ? new(0) : _isDedicated ? new(ReadHere(buffer.Span, cancellationToken)) : _channel.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<int>(exception);
        }
    }

    private ValueTask<int> StartWrite(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            ThrowIfUnusable();
            ReadOnlyMemory<byte> chunk = bytes.Length > ChunkBytes ? bytes[..ChunkBytes] : bytes;
            return _isDedicated ? new(WriteHere(chunk.Span, cancellationToken)) : _channel.WriteAsync(chunk, cancellationToken);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<int>(exception);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> FinishReadAsync(ValueTask<int> pending, CancellationToken cancellationToken)
    {
        int count;
        _readStall.Arm(_readTimeout);
        try
        {
            count = await pending;
        }
        catch (Exception exception) when (SocketErrors.IsNetworkFailure(exception))
        {
            throw await ExplainAsync(exception, "read from");
        }
        finally
        {
            _readStall.Disarm();
        }

        if (count == 0)
        {
            await ConfirmEndAsync(cancellationToken);
            return 0;
        }

        CountRead(count);
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishWriteAsync(ValueTask<int> pending, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                _writeStall.Arm(_writeTimeout);
                var count = await pending;
                CountWrite(count);
                bytes = bytes[count..];
                if (bytes.IsEmpty)
                {
                    return;
                }

                pending = StartWrite(bytes, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            Abort(TransportCodes.Cancelled);
            throw;
        }
        catch (Exception exception) when (SocketErrors.IsNetworkFailure(exception))
        {
            throw await ExplainAsync(exception, "write to");
        }
        finally
        {
            _writeStall.Disarm();
        }
    }

    /// <summary>The socket has ended: asks the control socket whether the peer meant it.</summary>
    private async ValueTask ConfirmEndAsync(CancellationToken cancellationToken)
    {
        StreamEnd end;
        try
        {
            end = await _slot.Ended.WaitAsync(_connection.Options.HandshakeTimeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TransportException(TransportError.ProtocolViolation, $"{Describe()} ended, and the peer did not say that it was complete");
        }

        if ((_failure ?? end.Failure) is { } failure)
        {
            throw failure.Again();
        }

        if (end.LengthBytes != _bytesRead)
        {
            throw new TransportException(TransportError.ProtocolViolation, $"{Describe()} ended after {_bytesRead} bytes, the peer says {end.LengthBytes}");
        }

        _ended = true;
    }

    /// <summary>Finds the reason for a socket's error: this side, or what the control socket tells within the grace time.</summary>
    private async ValueTask<Exception> ExplainAsync(Exception cause, string doing)
    {
        if (Volatile.Read(ref _disposed) != 0)
        {
            return new ObjectDisposedException(Describe(), cause);
        }

        if (Volatile.Read(ref _failure) is { } failure)
        {
            return failure.Again();
        }

        try
        {
            return (await _slot.Failed.WaitAsync(_connection.Options.HandshakeTimeout)).Again();
        }
        catch (TimeoutException)
        {
            var translated = SocketErrors.Translate(cause, $"{doing} {Describe()}");
            Fail(translated, TransportCodes.None);
            return new TransportException(TransportError.StreamAborted, translated.Message, null, cause);
        }
    }

    private async Task DiscardInputAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 << 10);
        try
        {
            long discarded = 0;
            for (var count = 1; count > 0; discarded += count)
            {
                count = await _channel.ReadAsync(buffer, CancellationToken.None);
                _channel.CountRead(count);
                if (discarded > MaxDiscardedBytes)
                {
                    Abort(TransportCodes.UnwantedInput);
                }
            }
        }
        catch (Exception exception) when (SocketErrors.IsNetworkFailure(exception))
        {
            Abort(TransportCodes.None);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _channel.Dispose();
            _connection.FinishStream(_slot);
        }
    }

    private void CountRead(int count)
    {
        _bytesRead += (uint)count;
        _channel.CountRead(count);
    }

    private void CountWrite(int count)
    {
        _bytesWritten += (uint)count;
        _channel.CountWrite(count);
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (Volatile.Read(ref _failure) is { } failure)
        {
            throw failure.Again();
        }
    }

    private string Describe() => $"stream {Number} of {_connection.RemotePeer}";
}

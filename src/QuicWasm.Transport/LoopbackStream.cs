using System.Buffers;
using System.IO.Pipelines;

namespace QuicWasm.Transport;

/// <summary>One end of a stream within a process, over two bounded pipes.</summary>
internal sealed class LoopbackStream : ITransportStream
{
    /// <summary>Larger writes are cut, since a pipe takes whatever it is given before it holds the writer back.</summary>
    private const int ChunkBytes = 64 << 10;

    private readonly LoopbackConnection _connection;
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly StallTimer _readStall;
    private readonly StallTimer _writeStall;
    private readonly Action _bothDisposed;
    private LoopbackStream _peer;
    private TransportException? _failure;
    private TimeSpan _readTimeout;
    private TimeSpan _writeTimeout;
    private bool _completed;
    private int _disposed;

    private LoopbackStream(LoopbackConnection connection, ulong number, TransportOptions options, PipeReader input, PipeWriter output, Action bothDisposed)
    {
        _connection = connection;
        Number = number;
        _input = input;
        _output = output;
        _bothDisposed = bothDisposed;
        _peer = this;
        _readTimeout = options.ReadTimeout;
        _writeTimeout = options.WriteTimeout;
        _readStall = new StallTimer(() => TimeOut("nothing came", _readTimeout));
        _writeStall = new StallTimer(() => TimeOut("the peer took nothing", _writeTimeout));
    }

    public ulong Number { get; }

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

    /// <summary>Makes both ends; <paramref name="bothDisposed"/> is called once when neither is in use.</summary>
    public static (LoopbackStream Near, LoopbackStream Far) MakePair(
        LoopbackConnection nearConnection,
        LoopbackConnection farConnection,
        ulong number,
        TransportOptions nearOptions,
        TransportOptions farOptions,
        Pipe forth,
        Pipe back,
        Action bothDisposed)
    {
        var left = 2;
        void Disposed()
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                bothDisposed();
            }
        }

        var near = new LoopbackStream(nearConnection, number, nearOptions, back.Reader, forth.Writer, Disposed);
        var far = new LoopbackStream(farConnection, number, farOptions, forth.Reader, back.Writer, Disposed);
        near._peer = far;
        far._peer = near;
        return (near, far);
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            throw new ArgumentException("a read needs room for at least one byte", nameof(buffer));
        }

        ThrowIfUnusable();
        _readStall.Arm(_readTimeout);
        try
        {
            var result = await _input.ReadAsync(cancellationToken);
            ThrowIfUnusable();
            var count = (int)Math.Min(result.Buffer.Length, buffer.Length);
            var taken = result.Buffer.Slice(0, count);
            taken.CopyTo(buffer.Span);
            _input.AdvanceTo(taken.End);
            _connection.Cells.AddReceived(count);
            return count;
        }
        catch (InvalidOperationException) when (Volatile.Read(ref _disposed) != 0)
        {
            throw new ObjectDisposedException(Describe());
        }
        finally
        {
            _readStall.Disarm();
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        if (_completed)
        {
            throw new InvalidOperationException($"the writes of {Describe()} are complete already");
        }

        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            while (!bytes.IsEmpty)
            {
                ThrowIfUnusable();
                var chunk = bytes.Length > ChunkBytes ? bytes[..ChunkBytes] : bytes;
                _writeStall.Arm(_writeTimeout);
                var writing = _output.WriteAsync(chunk, cancellationToken);
                _connection.Cells.AddSent(chunk.Length);
                await writing;
                bytes = bytes[chunk.Length..];
            }

            ThrowIfUnusable();
        }
        catch (OperationCanceledException)
        {
            Abort(TransportCodes.Cancelled);
            throw;
        }
        catch (InvalidOperationException) when (Volatile.Read(ref _disposed) != 0)
        {
            throw new ObjectDisposedException(Describe());
        }
        finally
        {
            _writeStall.Disarm();
        }
    }

    public async ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        if (!_completed)
        {
            ThrowIfUnusable();
            _completed = true;
            await _output.CompleteAsync();
        }
    }

    public void Abort(ulong code)
    {
        Fail(new TransportException(TransportError.StreamAborted, $"{Describe()} was aborted by this side with code {code}", code));
        _peer.Fail(new TransportException(TransportError.StreamAborted, $"{_peer._connection.RemotePeer} aborted stream {Number} with code {code}", code));
    }

    public async ValueTask DisposeAsync()
    {
        if (Volatile.Read(ref _disposed) == 0 && !_completed)
        {
            // Before the flag is set: an operation that waits learns of the abort, not of a pipe that is gone.
            Abort(TransportCodes.None);
        }

        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _connection.Forget(this);
        _input.CancelPendingRead();
        _output.CancelPendingFlush();
        await _output.CompleteAsync();
        await _input.CompleteAsync();
        _bothDisposed();
    }

    /// <summary>Fails this end; its waiting operations wake and see it.</summary>
    public void Fail(TransportException failure)
    {
        if (Volatile.Read(ref _disposed) == 0 && Interlocked.CompareExchange(ref _failure, failure, null) == null)
        {
            _connection.Cells.AddAborted();
            _input.CancelPendingRead();
            _output.CancelPendingFlush();
        }
    }

    private void TimeOut(string what, TimeSpan timeout)
    {
        Fail(new TransportException(TransportError.Timeout, $"{what} on {Describe()} for {timeout.TotalSeconds:0.###} s; the peer is stalled or the deadline too short"));
        _peer.Fail(new TransportException(
            TransportError.StreamAborted, $"{_peer._connection.RemotePeer} aborted stream {Number}: its deadline has passed", TransportCodes.TimedOut));
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

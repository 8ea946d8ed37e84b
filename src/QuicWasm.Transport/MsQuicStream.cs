using System.Net.Quic;
using System.Runtime.Versioning;

namespace QuicWasm.Transport;

/// <summary>A stream of System.Net.Quic. It reads into a buffer of its own, since a cancelled read of a QuicStream would abort the stream.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal sealed class MsQuicStream : ITransportStream
{
    private const int BufferBytes = 64 << 10;
    private const int ChunkBytes = 256 << 10;
    private const long MaxDiscardedBytes = 16 << 20;

    private readonly MsQuicConnection _connection;
    private readonly QuicStream _quic;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly StallTimer _readStall;
    private readonly StallTimer _writeStall;
    private Task<int>? _filling;
    private ReadOnlyMemory<byte> _unread;
    private TransportException? _failure;
    private TimeSpan _readTimeout;
    private TimeSpan _writeTimeout;
    private bool _inputEnded;
    private bool _completed;
    private int _disposed;

    public MsQuicStream(MsQuicConnection connection, QuicStream quic)
    {
        _connection = connection;
        _quic = quic;
        Number = (ulong)quic.Id;
        _readTimeout = connection.Options.ReadTimeout;
        _writeTimeout = connection.Options.WriteTimeout;
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

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            throw new ArgumentException("a read needs room for at least one byte", nameof(buffer));
        }

        ThrowIfUnusable();
        if (_unread.IsEmpty && !_inputEnded)
        {
            await FillAsync(cancellationToken);
        }

        var count = Math.Min(buffer.Length, _unread.Length);
        _unread[..count].CopyTo(buffer);
        _unread = _unread[count..];
        return count;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        if (_completed)
        {
            throw new InvalidOperationException($"the writes of {Describe()} are complete already");
        }

        ThrowIfUnusable();
        cancellationToken.ThrowIfCancellationRequested();

        // Not the token itself, at which a QuicStream would abort with a code that is not this one's.
        using var registration = cancellationToken.UnsafeRegister(static stream => ((MsQuicStream)stream!).Abort(TransportCodes.Cancelled), this);
        try
        {
            while (!bytes.IsEmpty)
            {
                var chunk = bytes[..Math.Min(bytes.Length, ChunkBytes)];
                _writeStall.Arm(_writeTimeout);
                await _quic.WriteAsync(chunk, CancellationToken.None);
                _connection.Cells.AddSent(chunk.Length);
                bytes = bytes[chunk.Length..];
            }
        }
        catch (Exception exception) when (MsQuicErrors.IsNetworkFailure(exception))
        {
            var failure = Explain(exception, "write to");
            cancellationToken.ThrowIfCancellationRequested();
            throw failure;
        }
        finally
        {
            _writeStall.Disarm();
        }
    }

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        if (!_completed)
        {
            ThrowIfUnusable();
            _completed = true;
            _quic.CompleteWrites();
        }

        return default;
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

        _ = EndAsync();
        return default;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        _readStall.Arm(_readTimeout);
        try
        {
            var filling = _filling ??= _quic.ReadAsync(_buffer, CancellationToken.None).AsTask();
            var count = await filling.WaitAsync(cancellationToken);
            _filling = null;
            _inputEnded = count == 0;
            _unread = _buffer.AsMemory(0, count);
            _connection.Cells.AddReceived(count);
        }
        catch (Exception exception) when (MsQuicErrors.IsNetworkFailure(exception))
        {
            throw Explain(exception, "read from");
        }
        finally
        {
            _readStall.Disarm();
        }
    }

    /// <summary>Lets what was written arrive, and throws away what comes, within reason.</summary>
    private async Task EndAsync()
    {
        try
        {
            long discarded = 0;
            while (_failure is null && !_inputEnded && discarded <= MaxDiscardedBytes)
            {
                await FillAsync(CancellationToken.None);
                discarded += _unread.Length;
            }

            if (discarded > MaxDiscardedBytes)
            {
                Abort(TransportCodes.UnwantedInput);
            }
        }
        catch (TransportException)
        {
            // Aborted, or the connection is gone: nothing is left to wait for.
        }

        await _quic.DisposeAsync();
    }

    private void TimeOut(string what, TimeSpan timeout) => Fail(
        new TransportException(TransportError.Timeout, $"{what} on {Describe()} for {timeout.TotalSeconds:0.###} s; the peer is stalled or the deadline too short"),
        TransportCodes.TimedOut);

    private TransportException Explain(Exception exception, string doing)
    {
        if (Volatile.Read(ref _failure) is { } failure)
        {
            return failure.Again();
        }

        if (_connection.Failure is not null || MsQuicErrors.EndsConnection(exception))
        {
            Fail(_connection.Failure ?? _connection.End(exception), null);
        }
        else
        {
            var code = (ulong?)(exception as QuicException)?.ApplicationErrorCode ?? TransportCodes.None;
            Fail(new TransportException(TransportError.StreamAborted, $"{_connection.RemotePeer} aborted stream {Number} with code {code}: cannot {doing} it", code, exception), code);
        }

        return _failure!.Again();
    }

    private void Fail(TransportException failure, ulong? tellPeer)
    {
        if (Interlocked.CompareExchange(ref _failure, failure, null) != null)
        {
            return;
        }

        _connection.Cells.AddAborted();
        if (tellPeer is { } code)
        {
            _quic.Abort(QuicAbortDirection.Both, (long)code);
        }
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

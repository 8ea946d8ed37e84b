using System.Diagnostics;

namespace QuicWasm.Transport;

/// <content>Reading and writing on threads of the stream's own.</content>
internal sealed partial class SocketStream
{
    // A wait looks so often whether it is still wanted.
    private const int LookAgainMs = 50;

    private bool _isDedicated;
    private TimeSpan _spin;

    public bool TryDedicate(TimeSpan spin = default)
    {
        if (!_channel.CanWaitHere)
        {
            return false;
        }

        _spin = spin;
        _isDedicated = true;
        try
        {
            _channel.WaitHereOnly(LookAgainMs);
        }
        catch (Exception exception) when (SocketErrors.IsNetworkFailure(exception))
        {
            // It was closed meanwhile, which the next read or write says.
        }

        return true;
    }

    private int ReadHere(Span<byte> buffer, CancellationToken cancellationToken)
    {
        int count = _spin > TimeSpan.Zero ? _channel.Receive(buffer, waits: false) : -1;
        long start = Stopwatch.GetTimestamp();
        while (count < 0 && Stopwatch.GetElapsedTime(start) < _spin)
        {
            count = _channel.Receive(buffer, waits: false);
        }

        for (; count < 0; count = _channel.Receive(buffer, waits: true))
        {
            GoOn(start, _readTimeout, "nothing came", cancellationToken);
        }

        return count;
    }

    private int WriteHere(ReadOnlySpan<byte> bytes, CancellationToken cancellationToken)
    {
        int count = _channel.Send(bytes, LookAgainMs);
        for (long start = Stopwatch.GetTimestamp(); count < 0; count = _channel.Send(bytes, LookAgainMs))
        {
            GoOn(start, _writeTimeout, "the peer took nothing", cancellationToken);
        }

        return count;
    }

    // What the peer still sends is taken, by a thread that waits here as reads did.
    private void DiscardHere()
    {
        try
        {
            byte[] buffer = new byte[16 << 10];
            long start = Stopwatch.GetTimestamp(), discarded = 0;
            for (int count = -1; count != 0 && discarded < MaxDiscardedBytes && Stopwatch.GetElapsedTime(start) < _connection.Options.HandshakeTimeout; discarded += Math.Max(count, 0))
            {
                count = _channel.Receive(buffer, waits: true);
                _channel.CountRead(Math.Max(count, 0));
            }
        }
        catch (Exception exception) when (SocketErrors.IsNetworkFailure(exception))
        {
            Abort(TransportCodes.None);
        }
        finally
        {
            _channel.Dispose();
            _connection.FinishStream(_slot);
        }
    }

    private void GoOn(long start, TimeSpan timeout, string what, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (timeout != Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(start) > timeout)
        {
            TimeOut(what, timeout);
        }

        ThrowIfUnusable();
    }
}

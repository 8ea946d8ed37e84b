using System.Diagnostics;

namespace QuicWasm.Transport;

/// <content>Reading and writing on threads of the stream's own.</content>
internal sealed partial class SocketStream
{
    // A wait looks so often whether it is still wanted.
    private const int LookAgainMs = 50;

    private bool _isDedicated;

    public bool TryDedicate() => _isDedicated = _channel.CanWaitHere;

    private int ReadHere(Span<byte> buffer, CancellationToken cancellationToken)
    {
        int count = _channel.Receive(buffer, LookAgainMs);
        for (long start = Stopwatch.GetTimestamp(); count < 0; count = _channel.Receive(buffer, LookAgainMs))
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

using System.Diagnostics;

namespace QuicWasm.Migration;

/// <summary>
/// How much of what comes ahead may be under way: as much as keeps the wire busy, which is its rate times its round trip, and as much again.
/// Both are measured on what comes. So what is touched meanwhile finds a short queue. Not for several threads at once.
/// </summary>
internal sealed class PushWindow
{
    private const ulong Least = 128 << 10;
    private const ulong Most = 4 << 20;
    private const double Fading = 0.98;

    private readonly Queue<(long Sent, ulong ArrivedBefore, ulong Bytes)> _open = [];
    private ulong _arrivedBytes;
    private ulong _ofFirst;
    private double _shortestSeconds = double.MaxValue;
    private double _rate;

    /// <summary>So many bytes may be under way.</summary>
    public ulong Bytes { get; private set; } = Least;

    /// <summary>A request has been made.</summary>
    public void Sent(ulong bytes) => _open.Enqueue((Stopwatch.GetTimestamp(), _arrivedBytes, bytes));

    /// <summary>The connection is gone.</summary>
    public void Reset()
    {
        _open.Clear();
        _ofFirst = 0;
        _shortestSeconds = double.MaxValue;
        _rate = 0;
        Bytes = Least;
    }

    /// <summary>Bytes have come, in the order of the requests.</summary>
    public void Arrived(ulong bytes)
    {
        _arrivedBytes += bytes;
        _ofFirst += bytes;
        while (_open.TryPeek(out (long Sent, ulong ArrivedBefore, ulong Bytes) first) && _ofFirst >= first.Bytes)
        {
            _open.Dequeue();
            _ofFirst -= first.Bytes;
            double seconds = Math.Max(Stopwatch.GetElapsedTime(first.Sent).TotalSeconds, 1e-6);
            _shortestSeconds = Math.Min(_shortestSeconds, seconds);
            _rate = Math.Max(_rate * Fading, (_arrivedBytes - first.ArrivedBefore) / seconds);
            Bytes = (ulong)Math.Clamp(2 * _rate * _shortestSeconds, Least, Most);
        }
    }
}

namespace QuicWasm.Transport;

/// <summary>The deadline of one direction of a stream: armed while an operation waits, and silent otherwise. Made once per stream, and only when a deadline is set.</summary>
internal sealed class StallTimer(Action expired)
{
    private Timer? _timer;

    /// <summary>Begins to wait; an infinite time costs nothing.</summary>
    public void Arm(TimeSpan timeout)
    {
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            _timer ??= new Timer(static state => ((StallTimer)state!).Expire(), this, Timeout.Infinite, Timeout.Infinite);
            _timer.Change(timeout, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Ends the wait.</summary>
    public void Disarm() => _timer?.Change(Timeout.Infinite, Timeout.Infinite);

    private void Expire() => expired();
}

namespace QuicWasm.Transport;

/// <summary>
/// What the thread that drives an endpoint and the one that stands by tell each other. The first runs the code of readers whose bytes have
/// come; when that keeps it, the other drives on. So code that is short costs no hand-over between threads, and code that is long, or waits,
/// holds up nobody.
/// </summary>
internal sealed class QuicStandby
{
    // How long others' code may keep the driver: it is seen in the same code twice, at that distance.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(2);

    /// <summary>After so many looks at a driver that ran nobody's code the one that stands by sleeps until it does.</summary>
    private const int MaxQuietLooks = 16;

    private readonly object _lock = new();
    private long _ticket;
    private long _lastTicket;
    private bool _isLooking;
    private bool _isEnded;

    /// <summary>The driver begins to run others' code.</summary>
    /// <returns>What <see cref="TryLeave"/> wants.</returns>
    public long Enter()
    {
        var ticket = ++_lastTicket;
        Interlocked.Exchange(ref _ticket, ticket);

        // RACE: who stands by says that it looks no longer, and then looks once more. So either it sees the ticket, or this sees that it sleeps.
        if (!Volatile.Read(ref _isLooking))
        {
            lock (_lock)
            {
                _isLooking = true;
                Monitor.Pulse(_lock);
            }
        }

        return ticket;
    }

    /// <summary>Others' code has returned.</summary>
    /// <returns>Whether this thread still drives; if not, another does.</returns>
    public bool TryLeave(long ticket) => Interlocked.CompareExchange(ref _ticket, 0, ticket) == ticket;

    /// <summary>Returns when the calling thread is to drive.</summary>
    /// <returns>False when all is over.</returns>
    public bool Wait()
    {
        lock (_lock)
        {
            long seen = 0;
            for (var quietLooks = 0; !_isEnded;)
            {
                if (!_isLooking)
                {
                    Monitor.Wait(_lock);
                    (seen, quietLooks) = (0, 0);
                    continue;
                }

                Monitor.Wait(_lock, Patience);
                var ticket = Volatile.Read(ref _ticket);
                if (ticket != 0 && ticket == seen && TryLeave(ticket))
                {
                    return true;
                }

                seen = ticket;
                quietLooks = ticket == 0 ? quietLooks + 1 : 0;
                if (quietLooks == MaxQuietLooks)
                {
                    Volatile.Write(ref _isLooking, false);
                    Interlocked.MemoryBarrier();
                    _isLooking = Volatile.Read(ref _ticket) != 0;
                }
            }

            return false;
        }
    }

    /// <summary>Nobody stands by any more.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isEnded = true;
            Monitor.PulseAll(_lock);
        }
    }
}

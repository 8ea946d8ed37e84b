using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>The endpoint's threads: how they sleep, and who runs what comes of packets.</summary>
internal sealed partial class Ngtcp2Endpoint
{
    /// <summary>
    /// While packets flow the thread looks at least that often for what is due, so that writers need not wake it. Shorter than any
    /// probe timeout, which includes the peer's delay of acknowledgements.
    /// </summary>
    private const ulong ActivePeriodNs = 4_000_000;

    /// <summary>
    /// So long the thread looks for another packet before it sleeps: the answer to a small request is there sooner than a sleeping thread
    /// would be awake.
    /// </summary>
    private const ulong LookoutNs = 20_000;

    private readonly WakePipe _wake = new();
    private readonly Lock _wakeLock = new();
    private readonly QuicStandby _standby = new();
    private readonly List<(QuicWait Reader, int Result)> _readers = [];
    private bool _hasStandby;
    private ulong _wakeAtNs;
    private ulong _lastActiveNs;
    private bool _isFinished;

    public void Start()
    {
        WatchAddresses();
        StartThread(DriveUntilRelieved);
    }

    /// <summary>A connection's timer has changed: wakes the thread if it would sleep past it. From any thread.</summary>
    public void Noticed(ulong expiryNs)
    {
        // RACE: the thread publishes when it wakes, then looks at all timers again, and then sleeps. So either it sees this one, or this sees its time.
        Interlocked.MemoryBarrier();
        Volatile.Write(ref _lastActiveNs, QuicClock.NowNs);
        if (expiryNs < Volatile.Read(ref _wakeAtNs))
        {
            Wake();
        }
    }

    // RACE: the thread may see for itself that it is to stop, and have ended before somebody wakes it.
    private void Wake()
    {
        lock (_wakeLock)
        {
            if (!_isFinished)
            {
                _wake.Signal();
            }
        }
    }

    private static void StartThread(ThreadStart run) => new Thread(run) { IsBackground = true, Name = "quic endpoint" }.Start();

    private void StandBy()
    {
        if (_standby.Wait())
        {
            StartThread(StandBy);
            DriveUntilRelieved();
        }
    }

    private void DriveUntilRelieved()
    {
        var drives = true;
        try
        {
            while (drives && !Volatile.Read(ref _stopping))
            {
                drives = Drive();
            }
        }
        finally
        {
            if (drives)
            {
                Finish();
            }
        }
    }

    /// <summary>Sleeps until something comes or is due, and goes on while packets follow each other.</summary>
    /// <returns>Whether this thread still drives.</returns>
    private bool Drive()
    {
        Sleep();
        MoveIfAddressIsGone();
        while (ReceivesSoon() && !Volatile.Read(ref _stopping))
        {
            HandleTimers();
            if (!ContinueReaders())
            {
                return false;
            }
        }

        HandleTimers();
        return true;
    }

    private void Sleep()
    {
        var now = QuicClock.NowNs;
        var wakeAt = EarliestExpiry(now);
        Interlocked.Exchange(ref _wakeAtNs, wakeAt);
        if (EarliestExpiry(now) < wakeAt)
        {
            wakeAt = now;
        }

        // At least a look, since a connection may be due all the time; at most for ever.
        Datagrams.Wait(_wake, wakeAt == ulong.MaxValue ? long.MaxValue : wakeAt > now ? wakeAt - now : 0);
        Volatile.Write(ref _wakeAtNs, 0);
        _wake.Drain();
    }

    private ulong EarliestExpiry(ulong now)
    {
        var earliest = now < Volatile.Read(ref _lastActiveNs) + ActivePeriodNs ? now + ActivePeriodNs : _nextLookNs;
        foreach (var connection in Volatile.Read(ref _known))
        {
            earliest = Math.Min(earliest, connection.ExpiryNs);
        }

        return earliest;
    }

    private bool ReceivesSoon()
    {
        var until = QuicClock.NowNs + LookoutNs;
        while (!ReceivesAny())
        {
            // Others have the processor meanwhile: who got the last packet may be the one that sends for the next.
            Thread.Yield();
            if (QuicClock.NowNs >= until)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A reader has what it waited for, and goes on when all packets of this turn are read. By the thread that drives.</summary>
    public void Continue(QuicWait reader, int result) => _readers.Add((reader, result));

    /// <summary>Runs the code of readers. One of them here, and the others by the pool, which has more processors.</summary>
    /// <returns>Whether this thread still drives.</returns>
    private bool ContinueReaders()
    {
        if (_readers.Count == 0)
        {
            return true;
        }

        var (last, result) = _readers[^1];
        _readers.RemoveAt(_readers.Count - 1);
        LeaveReadersToPool();
        if (!last.MayContinueHere)
        {
            last.Continue(result);
            return true;
        }

        if (!_hasStandby)
        {
            _hasStandby = true;
            StartThread(StandBy);
        }

        var ticket = _standby.Enter();
        last.ContinueHere(result);
        return _standby.TryLeave(ticket);
    }

    private void LeaveReadersToPool()
    {
        foreach (var (reader, result) in _readers)
        {
            reader.Continue(result);
        }

        _readers.Clear();
    }
}

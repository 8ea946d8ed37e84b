namespace QuicWasm.Bench;

/// <summary>
/// What one direction of a link does to packets: it says of each whether it is lost, and else when it comes out. In this order: loss, the
/// queue before the rate, delay with jitter, reordering. Pure but for its state: times come from the caller, chance from the seed.
/// </summary>
internal sealed class LinkModel
{
    private const double NanosecondsPerMs = 1e6;
    private const double HeldBackMs = 1;

    private readonly LinkSettings _settings;
    private readonly Random _random;
    private readonly double _toBad;
    private readonly double _toGood;
    private readonly double _nsPerByte;
    private readonly double _delayNs;
    private bool _isBad;
    private double _freeAtNs;
    private long _latestNs;

    /// <summary>A direction that has carried nothing yet.</summary>
    public LinkModel(LinkSettings settings, int seed)
    {
        settings.Validate();
        _settings = settings;
        _random = new Random(seed);

        // A chain of two states (Gilbert): all packets of the bad one are lost. It lasts LossBurst packets on average, and holds Loss of all.
        // With bursts of 1 / (1 - Loss) that is each packet for itself.
        _toGood = Math.Min(1 - settings.Loss, 1 / settings.LossBurst);
        _toBad = settings.Loss * _toGood / (1 - settings.Loss);
        _nsPerByte = settings.RateMbit == 0 ? 0 : 8e3 / settings.RateMbit;
        _delayNs = settings.RttMs / 2 * NanosecondsPerMs;
    }

    /// <summary>Whether packets pass at once: nobody needs to ask.</summary>
    public bool IsClean => _settings.IsClean;

    /// <summary>Says what happens to a packet.</summary>
    /// <param name="nowNs">When it was sent, in nanoseconds from any fixed point; never less than before.</param>
    /// <param name="bytes">Its length.</param>
    public Verdict Decide(long nowNs, int bytes)
    {
        if (IsLost())
        {
            return new Verdict(Fate.Lost, 0);
        }

        double start = Math.Max(nowNs, _freeAtNs);
        if (_nsPerByte > 0)
        {
            double waitingBytes = (start - nowNs) / _nsPerByte;
            if (waitingBytes + bytes > Math.Max(_settings.QueueBytes, bytes))
            {
                return new Verdict(Fate.Dropped, 0);
            }

            _freeAtNs = start + (bytes * _nsPerByte);
            start = _freeAtNs;
        }

        long comesOut = (long)(start + _delayNs + (_settings.JitterMs == 0 ? 0 : _random.NextDouble() * _settings.JitterMs * NanosecondsPerMs));
        if (_settings.Reorder > 0 && _random.NextDouble() < _settings.Reorder)
        {
            return new Verdict(Fate.HeldBack, comesOut + (long)(Math.Max(_settings.RttMs / 2, HeldBackMs) * NanosecondsPerMs));
        }

        // Jitter alone lets nobody overtake.
        _latestNs = Math.Max(_latestNs, comesOut);
        return new Verdict(Fate.Delivered, _latestNs);
    }

    private bool IsLost()
    {
        if (_settings.Loss == 0)
        {
            return false;
        }

        _isBad = _isBad ? _random.NextDouble() >= _toGood : _random.NextDouble() < _toBad;
        return _isBad;
    }
}

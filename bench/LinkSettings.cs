namespace QuicWasm.Bench;

/// <summary>What a link between two nodes is to do to packets. Everything 0: nothing at all.</summary>
internal sealed record LinkSettings
{
    private const double SmallestQueueKib = 256;

    /// <summary>Two ways together, in milliseconds; each way takes half of it.</summary>
    public double RttMs { get; init; }

    /// <summary>How much later a packet may come than the delay says, in milliseconds each way; evenly distributed. It keeps the order.</summary>
    public double JitterMs { get; init; }

    /// <summary>Part of the packets that is lost, each way, 0 to 1.</summary>
    public double Loss { get; init; }

    /// <summary>How many packets are lost in a row, on average; 1: each for itself.</summary>
    public double LossBurst { get; init; } = 1;

    /// <summary>Part of the packets that is held back, so that later ones overtake them, 0 to 1.</summary>
    public double Reorder { get; init; }

    /// <summary>Megabits (10^6) a second each way, IP headers included; 0: no limit.</summary>
    public double RateMbit { get; init; }

    /// <summary>Bytes in KiB that may wait for the rate; what comes beyond is dropped. 0: what is on the way at that rate, at least 256: a sender hands over 64 at once.</summary>
    public double QueueKib { get; init; }

    /// <summary>Whether packets pass untouched.</summary>
    public bool IsClean => RttMs == 0 && JitterMs == 0 && Loss == 0 && Reorder == 0 && RateMbit == 0;

    /// <summary>The queue as it is, in bytes; without a rate nothing waits.</summary>
    public double QueueBytes => RateMbit == 0 ? 0
        : QueueKib > 0 ? QueueKib * 1024
        : Math.Max(SmallestQueueKib * 1024, RateMbit * 1e6 / 8 * RttMs / 1e3);

    /// <summary>Checks that the values are possible.</summary>
    /// <exception cref="HarnessException">One is not; the message says which.</exception>
    public void Validate()
    {
        Require(RttMs is >= 0 and <= 60_000, $"rttMs {RttMs}: 0 to 60000");
        Require(JitterMs is >= 0 and <= 10_000, $"jitterMs {JitterMs}: 0 to 10000");
        Require(Loss is >= 0 and < 1, $"loss {Loss}: from 0 to less than 1");
        Require(LossBurst is >= 1 and <= 10_000, $"lossBurst {LossBurst}: 1 to 10000 packets");
        Require(Loss == 0 || Loss / (1 - Loss) <= LossBurst, $"loss {Loss} with lossBurst {LossBurst}: so much loss needs longer bursts");
        Require(Reorder is >= 0 and < 1, $"reorder {Reorder}: from 0 to less than 1");
        Require(RateMbit is >= 0 and <= 100_000, $"rateMbit {RateMbit}: 0 to 100000");
        Require(QueueKib is >= 0 and <= 1 << 20, $"queueKib {QueueKib}: 0 to 1048576");
    }

    /// <inheritdoc/>
    public override string ToString() => IsClean ? "clean" : string.Join(
        ", ",
        new[]
        {
            Part(RttMs, FormattableString.Invariant($"rtt {RttMs} ms")),
            Part(JitterMs, FormattableString.Invariant($"jitter {JitterMs} ms")),
            Part(Loss, FormattableString.Invariant($"loss {Loss * 100:0.###}%{(LossBurst == 1 ? "" : $" in bursts of {LossBurst}")}")),
            Part(Reorder, FormattableString.Invariant($"reorder {Reorder * 100:0.###}%")),
            Part(RateMbit, FormattableString.Invariant($"{RateMbit} Mbit/s")),
        }.Where(t => t.Length > 0));

    private static string Part(double value, string text) => value == 0 ? "" : text;

    private static void Require(bool isMet, string what)
    {
        if (!isMet)
        {
            throw new HarnessException($"the link cannot be so: {what}");
        }
    }
}

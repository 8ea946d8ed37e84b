namespace QuicWasm.Bench.Tests;

public sealed class LinkModelTests
{
    private const long Ms = 1_000_000;
    private const int PacketBytes = 1250;

    [Fact]
    public void A_clean_link_delivers_at_once() =>
        Assert.Equal(new Verdict(Fate.Delivered, 42), new LinkModel(new LinkSettings(), 1).Decide(42, PacketBytes));

    [Fact]
    public void Each_way_takes_half_of_the_round_trip() =>
        Assert.Equal(20 * Ms, new LinkModel(new LinkSettings { RttMs = 40 }, 1).Decide(0, PacketBytes).AtNs);

    [Fact]
    public void Packets_leave_one_after_the_other_at_the_rate()
    {
        // 10 Mbit/s is 1 ms for 1250 bytes.
        var model = new LinkModel(new LinkSettings { RateMbit = 10 }, 1);
        Assert.Equal([1 * Ms, 2 * Ms, 3 * Ms], Enumerable.Range(0, 3).Select(_ => model.Decide(0, PacketBytes).AtNs));
        Assert.Equal(11 * Ms, model.Decide(10 * Ms, PacketBytes).AtNs);
    }

    [Fact]
    public void What_the_queue_has_no_room_for_is_dropped_and_room_comes_with_time()
    {
        var model = new LinkModel(new LinkSettings { RateMbit = 10, QueueKib = 10 }, 1);
        Fate[] fates = [.. Enumerable.Range(0, 12).Select(_ => model.Decide(0, PacketBytes).Fate)];
        Assert.Equal(8, fates.Count(f => f == Fate.Delivered));
        Assert.All(fates.Skip(8), f => Assert.Equal(Fate.Dropped, f));
        Assert.Equal(Fate.Delivered, model.Decide(1 * Ms, PacketBytes).Fate);
    }

    [Theory]
    [InlineData(0.01, 1)]
    [InlineData(0.05, 4)]
    [InlineData(0.3, 1)]
    public void As_much_is_lost_as_was_asked_for_in_bursts_of_that_length(double loss, double burst)
    {
        const int packets = 400_000;
        var settings = new LinkSettings { Loss = loss, LossBurst = burst };
        var model = new LinkModel(settings, seed: 3);
        bool[] lost = [.. Enumerable.Range(0, packets).Select(_ => model.Decide(0, PacketBytes).Fate == Fate.Lost)];
        (double low, double high) = LinkCalibration.LossInterval(settings, packets);
        Assert.InRange(lost.Count(l => l), low, high);
        int bursts = Enumerable.Range(1, packets - 1).Count(i => lost[i] && !lost[i - 1]);
        double mean = lost.Count(l => l) / (double)bursts;
        Assert.Equal(Math.Max(burst, 1 / (1 - loss)), mean, burst * 0.05);
    }

    [Fact]
    public void The_same_seed_loses_the_same_packets()
    {
        string Run(int seed)
        {
            var model = new LinkModel(new LinkSettings { Loss = 0.2 }, seed);
            return string.Concat(Enumerable.Range(0, 200).Select(_ => model.Decide(0, PacketBytes).Fate == Fate.Lost ? 'x' : '.'));
        }

        Assert.Equal(Run(5), Run(5));
        Assert.NotEqual(Run(5), Run(6));
    }

    [Fact]
    public void Jitter_spreads_packets_and_keeps_their_order()
    {
        var model = new LinkModel(new LinkSettings { RttMs = 10, JitterMs = 4 }, 1);
        long[] delays = [.. Enumerable.Range(0, 2000).Select(i => model.Decide(i * 10 * Ms, PacketBytes).AtNs - (i * 10 * Ms))];
        Assert.All(delays, d => Assert.InRange(d, 5 * Ms, 9 * Ms));
        Assert.Equal(7 * Ms, delays.Average(), 0.1 * Ms);
        var close = new LinkModel(new LinkSettings { JitterMs = 4 }, 1);
        long[] times = [.. Enumerable.Range(0, 2000).Select(i => close.Decide(i * 1000, PacketBytes).AtNs)];
        Assert.Equal(times.Order(), times);
    }

    [Fact]
    public void A_packet_that_is_held_back_comes_out_behind_later_ones()
    {
        var model = new LinkModel(new LinkSettings { RttMs = 10, Reorder = 0.1 }, 1);
        Verdict[] verdicts = [.. Enumerable.Range(0, 10_000).Select(i => model.Decide(i * 1000, PacketBytes))];
        Verdict[] held = [.. verdicts.Where(v => v.Fate == Fate.HeldBack)];
        Assert.InRange(held.Length, 900, 1100);
        int first = Array.IndexOf(verdicts, held[0]);
        Assert.True(verdicts[first + 1].Fate == Fate.HeldBack || verdicts[first + 1].AtNs < held[0].AtNs);
    }

    [Theory]
    [InlineData(-1, 0, 1)]
    [InlineData(0, 1, 1)]
    [InlineData(0, 0.9, 1)]
    [InlineData(0, 0.1, 0.5)]
    public void Settings_that_no_link_can_have_are_refused(double rtt, double loss, double burst) =>
        Assert.Throws<HarnessException>(() => new LinkModel(new LinkSettings { RttMs = rtt, Loss = loss, LossBurst = burst }, 1));
}

namespace QuicWasm.Bench.Tests;

public sealed class LinkTests
{
    [Theory]
    [InlineData(20.9, 10_000, 100, 0)]
    [InlineData(22.5, 10_000, 100, 1)]
    [InlineData(17.5, 10_000, 106, 2)]
    [InlineData(20.0, 9_700, 94, 2)]
    [InlineData(20.0, 9_900, 100, 0)]
    public void A_calibration_names_what_is_too_far_from_the_settings(double rtt, int received, double rate, int problems)
    {
        var settings = new LinkSettings { RttMs = 20, Loss = received == 10_000 ? 0 : 0.01, RateMbit = 100 };
        Assert.Equal(problems, LinkCalibration.Of(settings, new ProbeResult(rtt, 10_000, received, rate, null)).Problems.Count);
    }

    [Fact]
    public void Of_links_only_those_whose_owner_is_gone_are_stale()
    {
        string[] names = ["quicwasm-12-source", "quicwasm-12-destination", "quicwasm-13-source", "quicwasm-x-source", "other-12-source", "quicwasm-12"];
        Assert.Equal(["quicwasm-12-source", "quicwasm-12-destination"], LinkNamespaces.Stale(names, id => id == 13));
    }

    [Fact]
    public void Auto_is_an_emulated_link_where_there_can_be_one()
    {
        var slow = new LinkSettings { RttMs = 5 };
        Assert.Equal(LinkKinds.Emulated, LinkPool.Resolve(LinkKinds.Auto, new LinkSettings(), null));
        Assert.Equal(LinkKinds.Loopback, LinkPool.Resolve(LinkKinds.Auto, new LinkSettings(), "no root"));
        Assert.Contains("no root", Assert.Throws<HarnessException>(() => LinkPool.Resolve(LinkKinds.Auto, slow, "no root")).Message, StringComparison.Ordinal);
        Assert.Throws<HarnessException>(() => LinkPool.Resolve(LinkKinds.Loopback, slow, null));
    }

    [Fact]
    public void Counts_of_the_link_and_of_the_transport_must_fit_together()
    {
        var clean = new LinkSettings();
        var lossy = new LinkSettings { Loss = 0.01 };
        DirectionCounters link = new(700, 1_050_000, 1_050_000, 0, 0, 0);
        Assert.Null(LinkCheck.Doubt("received", 1_000_000, link.DeliveredBytes, link, clean));
        Assert.NotNull(LinkCheck.Doubt("received", 1_060_000, link.DeliveredBytes, link, clean));
        Assert.NotNull(LinkCheck.Doubt("received", 600_000, link.DeliveredBytes, link, clean));
        Assert.Null(LinkCheck.Doubt("received", 600_000, link.DeliveredBytes, link, lossy));
    }

    [Fact]
    public void A_point_that_the_build_cannot_do_is_refused_in_words()
    {
        var build = new Capabilities(["tcp"], ["--granularity"], ["run"]);
        Assert.Null(build.Refusal(new ExperimentPoint()));
        Assert.Contains("quic", build.Refusal(new ExperimentPoint { Transport = "quic" })!, StringComparison.Ordinal);
        Assert.Contains("--prefetch", build.Refusal(new ExperimentPoint { Prefetch = "stride" })!, StringComparison.Ordinal);
        Assert.Contains("--compression", build.Refusal(new ExperimentPoint { Compression = "lz4" })!, StringComparison.Ordinal);
        Assert.Contains("fork", build.Refusal(new ExperimentPoint { Children = 4 })!, StringComparison.Ordinal);
        Assert.Contains("fork", build.Refusal(new ExperimentPoint { Method = Methods.Fork, Children = 4 })!, StringComparison.Ordinal);
        Assert.Null(new Capabilities(["tcp"], [], ["fork"]).Refusal(new ExperimentPoint { Method = Methods.Fork, Children = 4 }));
        Assert.NotNull(build.Refusal(new ExperimentPoint { Method = Methods.Oracle, Mode = "cow" }));
        Assert.Null(new Capabilities(["tcp"], ["--prefetch", "--compression"], ["run"]).Refusal(new ExperimentPoint { Prefetch = "stride", Compression = "lz4" }));
    }

    /// <summary>The emulator itself, with its namespaces and devices, measured from outside as every sweep does.</summary>
    [Fact]
    public async Task An_emulated_link_is_as_it_was_asked_to_be_and_leaves_nothing_behind()
    {
        Assert.SkipWhen(LinkNamespaces.Unavailable() is not null, LinkNamespaces.Unavailable() ?? "");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var settings = new LinkSettings { RttMs = 30, Loss = 0.02, RateMbit = 50 };
        string name;
        await using (EmulatedLink link = await EmulatedLink.StartAsync(cancellationToken))
        {
            name = link.Source.Prefix[^1];
            await link.SetAsync(settings, 1, cancellationToken);
            LinkCalibration calibration = await LinkCalibration.MeasureAsync(link, settings, isQuick: true, cancellationToken);
            LinkCounters counters = await link.CountersAsync(cancellationToken);

            // Loose on purpose: a busy machine delays; what a sweep demands stands in its manifest.
            Assert.InRange(calibration.Measured.RttMs, 29.9, 60);
            Assert.InRange(calibration.Measured.RateMbit!.Value, 15, 55);
            Assert.InRange(counters.ToDestination.LostPackets / (double)counters.ToDestination.Packets, 0.01, 0.03);
            Assert.True(counters.ToDestination.DroppedPackets > 0, "the flood is faster than the link, so its queue drops");
            Assert.Contains(name, SystemCommand.Run("ip", "netns", "list"), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(name, SystemCommand.Run("ip", "netns", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_emulator_leaves_behind_is_removed_by_the_next()
    {
        Assert.SkipWhen(LinkNamespaces.Unavailable() is not null, LinkNamespaces.Unavailable() ?? "");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using EmulatedLink killed = await EmulatedLink.StartAsync(cancellationToken);
        string name = killed.Source.Prefix[^1];
        using (var emulator = System.Diagnostics.Process.GetProcessById(killed.ProcessId))
        {
            emulator.Kill();
            await emulator.WaitForExitAsync(cancellationToken);
        }

        Assert.Contains(name, SystemCommand.Run("ip", "netns", "list"), StringComparison.Ordinal);
        await using EmulatedLink next = await EmulatedLink.StartAsync(cancellationToken);
        string list = SystemCommand.Run("ip", "netns", "list");
        Assert.DoesNotContain(name, list, StringComparison.Ordinal);
        Assert.Contains(next.Source.Prefix[^1], list, StringComparison.Ordinal);
    }
}

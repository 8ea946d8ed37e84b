namespace QuicWasm.Bench.Tests;

public sealed class ComparisonTests
{
    [Fact]
    public void Medians_of_two_runs_are_compared_where_the_first_is_long_enough()
    {
        RunComparison comparison = RunComparison.Of(
            [.. Rows("page", 100e6), .. Rows("module", 200e6), .. Rows("mixture", 5e6), .. Rows("instance", 100e6)],
            [.. Rows("page", 109e6), .. Rows("module", 221e6), .. Rows("mixture", 9e6)],
            "downtime",
            overNs: 10e6,
            within: 0.1);
        Assert.Equal([("page", true), ("module", false)], comparison.Points.Select(p => (p.Name.Split(", ")[2], p.IsWithin)).OrderByDescending(p => p.Item2));
        Assert.Equal("1 of 2 points (50%) whose downtime is over 10 ms are within 10% of the first run; 1 points are in one run only", comparison.ToString());
    }

    [Fact]
    public void Runs_without_a_point_in_common_cannot_be_compared() =>
        Assert.Throws<HarnessException>(() => RunComparison.Of(Rows("page", 100e6), Rows("module", 100e6), "downtime", 10e6, 0.1));

    private static Observation[] Rows(string granularity, double downtime) =>
    [
        Observation.Of(new ExperimentPoint { Granularity = granularity, HeapMib = 64 }, "run", "E1") with { Metric = "downtime", Value = downtime, Unit = "ns", Verified = true },
    ];
}

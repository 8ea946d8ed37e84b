namespace QuicWasm.Bench.Tests;

public sealed class StatisticsTests
{
    [Fact]
    public void Up_to_five_values_all_lie_in_the_interval_and_its_confidence_says_so()
    {
        Interval five = Interval.Of([5, 1, 4, 2, 3]);
        Assert.Equal((3, 1, 5), (five.Median, five.Low, five.High));
        Assert.Equal(1 - (2 / 32.0), five.Confidence, 12);
    }

    [Theory]
    [InlineData(6, 1, 6, 0.96875)]
    [InlineData(10, 2, 9, 0.978515625)]
    [InlineData(20, 6, 15, 0.958610534667969)]
    public void The_interval_is_that_of_the_binomial_tables(int count, int low, int high, double confidence)
    {
        Interval interval = Interval.Of(Enumerable.Range(1, count).Select(i => (double)i));
        Assert.Equal((low, high), (interval.Low, interval.High));
        Assert.Equal(confidence, interval.Confidence, 9);
    }

    [Fact]
    public void The_interval_holds_the_true_median_as_often_as_it_says()
    {
        var random = new Random(1);
        int held = 0;
        for (int i = 0; i < 4000; i++)
        {
            Interval interval = Interval.Of(Enumerable.Range(0, 10).Select(_ => -Math.Log(1 - random.NextDouble())));
            held += interval.Low <= Math.Log(2) && Math.Log(2) <= interval.High ? 1 : 0;
        }

        Assert.InRange(held / 4000.0, 0.965, 0.99);
    }

    [Fact]
    public void A_summary_counts_verified_values_only_and_sorts_numbers_as_numbers()
    {
        Observation Row(int mib, double value, bool verified = true) =>
            Observation.Of(new ExperimentPoint { HeapMib = mib }, "r", "T") with { Metric = "m", Value = value, Unit = "ns", Verified = verified };
        IReadOnlyList<SummaryRow> summary = Summary.Of([Row(128, 3), Row(16, 1), Row(16, 2), Row(16, 99, verified: false)]);
        Assert.Equal([16, 128], summary.Select(s => s.Point.MemoryMib!.Value));
        Assert.Equal((2, 1.5), (summary[0].Interval.Count, summary[0].Interval.Median));
    }
}

using System.Text;

namespace QuicWasm.Bench.Tests;

public sealed class SweepTests
{
    private const string Two = """
        {
          "question": "T", "title": "t", "repetitions": 3, "seed": 7,
          "dimensions": { "granularity": ["page", "module"], "mode": ["no-cow", "cow"], "rttMs": [0, 20, 80] },
          "exclude": [ { "granularity": ["module"], "mode": ["cow"] } ],
          "quick": { "repetitions": 1, "dimensions": { "rttMs": [20] } }
        }
        """;

    [Fact]
    public void A_sweep_is_the_product_of_its_dimensions_without_what_is_excluded()
    {
        IReadOnlyList<ExperimentPoint> points = SweepPlan.Expand(Parse(Two));
        Assert.Equal(9, points.Count);
        Assert.Equal(9, points.Distinct().Count());
        Assert.DoesNotContain(points, p => p is { Granularity: "module", Mode: "cow" });
        Assert.Equal([0, 20, 80], points.Select(p => p.Link.RttMs).Distinct());
    }

    [Fact]
    public void Quick_takes_other_values_and_repetitions()
    {
        SweepDefinition quick = Parse(Two).Quickened();
        Assert.Equal(1, quick.Repetitions);
        Assert.All(SweepPlan.Expand(quick), p => Assert.Equal(20, p.Link.RttMs));
        Assert.Equal(3, SweepPlan.Expand(quick).Count);
    }

    [Fact]
    public void A_point_that_two_values_give_is_measured_once()
    {
        SweepDefinition twice = Parse("""{ "question": "T", "title": "t", "dimensions": { "heapMib": [16, 16] } }""");
        Assert.Single(SweepPlan.Expand(twice));
    }

    [Theory]
    [InlineData("""{ "granularities": ["page"] }""", "granularities")]
    [InlineData("""{ "granularity": ["pages"] }""", "pages")]
    [InlineData("""{ "loss": [1.5] }""", "1.5")]
    [InlineData("""{ "streams": ["many"] }""", "many")]
    [InlineData("""{ "mode": [] }""", "mode")]
    public void A_dimension_or_value_that_there_is_not_is_named(string dimensions, string named)
    {
        var error = Assert.Throws<HarnessException>(
            () => SweepPlan.Expand(Parse($$"""{ "question": "T", "title": "t", "dimensions": {{dimensions}} }""")));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_word_in_the_file_that_means_nothing_is_an_error() =>
        Assert.Throws<System.Text.Json.JsonException>(() => Parse("""{ "question": "T", "title": "t", "repetition": 3, "dimensions": {} }"""));

    [Fact]
    public void Each_repetition_has_every_point_once_in_an_order_of_its_own_that_the_seed_gives()
    {
        IReadOnlyList<ExperimentPoint> points = SweepPlan.Expand(Parse(Two));
        IReadOnlyList<ExperimentPoint> order = SweepPlan.Order(points, 3, seed: 7);
        Assert.Equal(order, SweepPlan.Order(points, 3, seed: 7));
        Assert.NotEqual(order, SweepPlan.Order(points, 3, seed: 8));
        ExperimentPoint[][] blocks = [.. order.Chunk(points.Count)];
        for (int i = 0; i < blocks.Length; i++)
        {
            Assert.All(blocks[i], p => Assert.Equal(i + 1, p.Repetition));
            Assert.Equal(points.ToHashSet(), blocks[i].Select(p => p with { Repetition = 1 }).ToHashSet());
        }

        Assert.NotEqual(blocks[0].Select(p => p with { Repetition = 1 }), blocks[1].Select(p => p with { Repetition = 1 }));
    }

    [Fact]
    public void What_is_done_is_not_measured_again()
    {
        IReadOnlyList<ExperimentPoint> order = SweepPlan.Order(SweepPlan.Expand(Parse(Two)), 3, seed: 7);
        HashSet<(string, int)> done = [.. order.Take(5).Select(p => Observation.Of(p, "run", "T").Key)];
        Assert.Equal(order.Skip(5), SweepPlan.Remaining(order, done));
    }

    [Fact]
    public void Every_sweep_of_the_experiments_expands_also_with_quick()
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "experiments"), "sweep.json", SearchOption.AllDirectories))
        {
            SweepDefinition sweep = SweepDefinition.Read(file);
            int all = SweepPlan.Expand(sweep).Count * sweep.Repetitions;
            SweepDefinition quick = sweep.Quickened();
            Assert.InRange(SweepPlan.Expand(quick).Count * quick.Repetitions, 1, all);
            Assert.All(SweepPlan.Expand(sweep), p => p.ProgramArguments());
        }
    }

    private static SweepDefinition Parse(string json) => SweepDefinition.Parse(Encoding.UTF8.GetBytes(json));
}

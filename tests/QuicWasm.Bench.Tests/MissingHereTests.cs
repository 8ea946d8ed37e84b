namespace QuicWasm.Bench.Tests;

/// <summary>What a machine cannot do is left out of a sweep with its reason; the rest is measured.</summary>
public sealed class MissingHereTests
{
    private static readonly Lazy<string?> Nothing = new((string?)null);
    private static readonly Lazy<string?> Broken = new("it does not work here");

    [Fact]
    public void A_machine_with_everything_measures_everything() =>
        Assert.Null(MissingHere.For(new ExperimentPoint { Method = Methods.Criu, Engine = RunContext.OtherEngine, Link = new LinkSettings { RttMs = 1 } }, null, Nothing, Nothing, hasNode: true));

    [Fact]
    public void Each_thing_that_is_missing_leaves_out_the_points_that_need_it_and_no_others()
    {
        Assert.NotNull(MissingHere.For(new ExperimentPoint { Engine = RunContext.OtherEngine }, null, Nothing, Nothing, hasNode: false));
        Assert.Equal("it does not work here", MissingHere.For(new ExperimentPoint { Method = Methods.CriuLazy }, null, Broken, Nothing, hasNode: true));
        Assert.Equal("no root", MissingHere.For(new ExperimentPoint { Link = new LinkSettings { Loss = 0.1 } }, "no root", Nothing, Nothing, hasNode: true));
        Assert.Equal("it does not work here", MissingHere.For(new ExperimentPoint { Mode = "cow" }, null, Nothing, Broken, hasNode: true));
        Assert.Null(MissingHere.For(new ExperimentPoint { Mode = "cow", EagerMemory = true }, "no root", Broken, Broken, hasNode: false));
        Assert.Null(MissingHere.For(new ExperimentPoint(), "no root", Broken, Broken, hasNode: false));
    }

    [Theory]
    [InlineData("1048576\n", "000001fffeffffff", false)]
    [InlineData("4194304\n", "000001fffeffffff", true)]
    [InlineData("1048576\n", "000001ffffffffff", true)]
    [InlineData("1048576\n", "0000000001000000", true)]
    public void Lazy_pages_of_criu_need_long_pipes_or_the_right_to_exceed_limits(string limit, string capabilities, bool isPossible) =>
        Assert.Equal(isPossible, Criu.ShortPipes(limit, ["Name:\tdotnet", $"CapEff:\t{capabilities}"]) is null);
}

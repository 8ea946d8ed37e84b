using Spectre.Console;

namespace QuicWasm.Bench.Tests;

public sealed class PointTableTests
{
    private static readonly MigrationOutcome[] Outcomes =
    [
        .. from granularity in new[] { "page", "whole-binary" }
           from rtt in new[] { 0.0, 20 }
           from repetition in new[] { 1, 2, 3 }
           let point = new ExperimentPoint { Granularity = granularity, HeapMib = 64, Transport = "tls", Link = new LinkSettings { RttMs = rtt }, Repetition = repetition }
           select granularity == "page" && rtt == 20 && repetition == 2
               ? MigrationOutcome.Failed(point, "the node did not answer")
               : new MigrationOutcome(
                   point,
                   new Dictionary<string, (double, string)> { ["downtime"] = ((1000 + repetition) * 1e6, "ns"), ["output_gap"] = (2e9, "ns"), ["wire_bytes_received"] = (67e6, "bytes") },
                   IsVerified: true,
                   null),
    ];

    [Fact]
    public void A_table_names_the_dimensions_that_differ_and_gives_medians()
    {
        PointTable table = Table();
        Assert.Equal("granularity rtt_ms", table.Headers[0]);
        Assert.Equal(["page 0", "1002.0", "1001-1003", "2000", "-", "67.00", "same"], table.Rows[0]);
        Assert.Equal("1/3 FAILED", table.Rows[1][^1]);
        Assert.Equal(["1 failed: the node did not answer"], table.Failures);
    }

    [Fact]
    public void It_is_readable_on_80_columns()
    {
        var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 80;
        ResultTable.Print(console, Table());
        string[] lines = text.ToString().Split('\n');
        Assert.All(lines, l => Assert.True(l.TrimEnd().Length <= 80, l));
        Assert.Contains(lines, l => l.Contains("whole-binary 20", StringComparison.Ordinal) && l.Contains("same", StringComparison.Ordinal));
    }

    private static PointTable Table() => PointTable.Of([.. Outcomes.SelectMany(o => o.Rows("run", "T"))]);
}

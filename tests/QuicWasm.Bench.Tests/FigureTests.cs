namespace QuicWasm.Bench.Tests;

/// <summary>The figures of the committed run: what the quick sweep measures is what the figures show.</summary>
public sealed class FigureTests
{
    public static TheoryData<string> Questions => [.. Directory.GetDirectories(Reference).Select(d => Path.GetFileName(d))];

    private static string Reference => Path.Combine(Repository.Root, "results", "reference");

    [Theory]
    [MemberData(nameof(Questions))]
    public void The_figure_of_a_question_is_drawn_from_the_summary_alone(string question)
    {
        _ = Tool.Required("gnuplot", "gnuplot");
        using var folder = new TemporaryFolder();
        string svg = Figure.Draw(Figure.ExperimentOf(question)!, Path.Combine(Reference, question, "summary.csv"), folder.Path, question);

        // The colour of the first line: there is none where there is nothing to show.
        Assert.Contains("rgb(  0, 114, 178)", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_question_has_rows_in_it()
    {
        string[] asked = [.. Directory.GetDirectories(Path.Combine(Repository.Root, "experiments"), "E*-*").Select(d => Path.GetFileName(d).Split('-')[0])];
        Assert.Equal(asked.Order(StringComparer.Ordinal), Questions.Select(q => (string)q.Data).Order(StringComparer.Ordinal));
    }
}

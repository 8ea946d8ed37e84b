using System.CommandLine;

namespace QuicWasm.Bench;

/// <summary><c>bench report FOLDER...</c>: figures, summaries, and one page with everything, from the rows alone.</summary>
internal static class ReportCommand
{
    private const string PageFile = "report.html";
    private const string SummaryFile = "summary.csv";

    /// <summary>The command.</summary>
    public static Command Make()
    {
        var folders = new Argument<string[]>("folder") { Description = "Folders of results, as a sweep makes them", Arity = ArgumentArity.OneOrMore };
        var into = new Option<string?>("--into") { Description = $"A Markdown file into which the answers go too, between its lines {AnswerDocument.Begin} and {AnswerDocument.End}" };
        var command = new Command("report", "Draws figures (gnuplot) and writes a page that needs no network") { folders, into };
        command.SetAction(parsed =>
        {
            foreach (string folder in parsed.GetRequiredValue(folders).Select(f => Path.GetFullPath(f, Repository.Root)))
            {
                ReportSection[] sections = [.. Questions(folder).Select(Section)];
                string page = Path.Combine(folder, PageFile);
                File.WriteAllText(page, ReportPage.Write(Path.GetFileName(folder), sections));
                Console.Out.WriteLine(Path.GetRelativePath(Environment.CurrentDirectory, page));
                if (parsed.GetValue(into) is { } document)
                {
                    string file = Path.GetFullPath(document, Repository.Root);
                    File.WriteAllText(file, AnswerDocument.With(File.ReadAllText(file), Answer.Of(sections.ToDictionary(s => s.Question, s => s.Medians))));
                }
            }
        });
        return command;
    }

    // The folders of questions inside, or the folder itself.
    private static string[] Questions(string folder)
    {
        string[] questions = File.Exists(Path.Combine(folder, ResultFolder.RowsFile)) ? [folder]
            : Directory.Exists(folder) ? [.. Directory.GetDirectories(folder).Where(d => File.Exists(Path.Combine(d, ResultFolder.RowsFile))).Order(StringComparer.Ordinal)]
            : [];
        return questions.Length > 0 ? questions : throw new HarnessException($"{folder}: there are no rows ({ResultFolder.RowsFile}) in it or in a folder of it");
    }

    private static ReportSection Section(string folder)
    {
        string rowsFile = Path.Combine(folder, ResultFolder.RowsFile);
        IReadOnlyList<Observation> rows = ObservationCsv.Read(File.ReadAllText(rowsFile), rowsFile);
        string summary = Path.Combine(folder, SummaryFile);
        IReadOnlyList<SummaryRow> medians = Summary.Of(rows);
        File.WriteAllText(summary, Summary.Write(medians));
        string definition = Path.Combine(folder, "sweep.json");
        string name = Path.GetFileName(folder);
        string title = File.Exists(definition) ? SweepDefinition.Read(definition).Title : name;
        (string? figure, string? reason) = medians.Count > 0 ? Draw(name, summary, folder) : (null, "no run of it is verified, so there is nothing to draw");
        return new ReportSection(name, title, PointTable.Of(rows), figure, reason, File.ReadAllText(Path.Combine(folder, ResultFolder.ManifestFile)), medians);
    }

    private static (string? Svg, string? Reason) Draw(string question, string summary, string folder)
    {
        if (Figure.ExperimentOf(question) is not { } experiment)
        {
            return (null, $"there is no plot.gp for {question}");
        }

        try
        {
            return (Figure.Draw(experiment, summary, folder, question), null);
        }
        catch (HarnessException e)
        {
            // The page says so in the figure's place; its tables do not depend on it.
            Console.Error.WriteLine($"no figure for {question}: {e.Message}");
            return (null, e.Message);
        }
    }
}

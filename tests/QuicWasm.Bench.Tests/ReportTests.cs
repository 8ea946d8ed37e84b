using System.Buffers.Binary;
using System.Diagnostics;

namespace QuicWasm.Bench.Tests;

public sealed class ReportTests
{
    private const string Svg = "<?xml version=\"1.0\"?>\n<svg viewBox=\"0 0 400 200\" xmlns=\"http://www.w3.org/2000/svg\"><defs><g id=\"mark\"/></defs><rect width=\"400\" height=\"200\" fill=\"#0072b2\"/><use xlink:href='#mark'/></svg>";
    private const string Manifest = """{ "sessions": [ { "commit": "abc", "left_out": [ { "reason": "no node", "points": ["a", "b"] } ], "calibration": [ { "settings": { "rttMs": 20, "loss": 0, "rateMbit": 0 }, "measured": { "rttMs": 20.1, "sent": 10, "received": 10, "rateMbit": null, "tcpMbit": 900 }, "problems": [] } ] } ] }""";

    [Fact]
    public void The_page_fetches_nothing_and_holds_tables_figures_and_environment()
    {
        string page = Page();
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<link", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<?xml", page, StringComparison.Ordinal);
        Assert.Contains("id=\"E1-mark\"", page, StringComparison.Ordinal);
        Assert.Contains("href='#E1-mark'", page, StringComparison.Ordinal);
        Assert.Contains("<td>abc</td>", page, StringComparison.Ordinal);
        Assert.Contains("20.10", page, StringComparison.Ordinal);
        Assert.Contains("1 failed: a &lt;b&gt; c", page, StringComparison.Ordinal);
        Assert.Contains("No figure: gnuplot is needed", page, StringComparison.Ordinal);
    }

    [Fact]
    public void It_answers_with_numbers_of_the_rows_and_says_what_was_left_out()
    {
        string page = Page();
        Assert.Contains("<li>no-cow, 4 MiB: page wins; page 10.0 ms, module 30.0 ms.</li>", page, StringComparison.Ordinal);
        Assert.Contains("Left out here: 2 points: no node", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_browser_without_a_network_renders_it()
    {
        string browser = Browser();
        using var folder = new TemporaryFolder();
        string page = Path.Combine(folder.Path, "report.html"), picture = Path.Combine(folder.Path, "report.png");
        File.WriteAllText(page, Page());
        string words = Browse(browser, folder, $"--screenshot={picture}", page);
        Assert.True(File.Exists(picture), words);
        byte[] png = File.ReadAllBytes(picture);
        Assert.Equal(1000, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)));

        // A page without its figure and text would be white, which compresses to next to nothing.
        Assert.True(png.Length > 10_000, $"the picture has only {png.Length} bytes");
    }

    [Fact]
    public void A_browser_finds_the_figure_the_tables_and_the_answers_in_it()
    {
        string browser = Browser();
        using var folder = new TemporaryFolder();
        string page = Path.Combine(folder.Path, "report.html");
        File.WriteAllText(page, Page());
        string document = Browse(browser, folder, "--dump-dom", page);
        Assert.Contains("<svg", document, StringComparison.Ordinal);
        Assert.Contains("<rect width=\"400\" height=\"200\" fill=\"#0072b2\"", document, StringComparison.Ordinal);
        Assert.Contains("<ul class=\"answer\">", document, StringComparison.Ordinal);
        Assert.Equal(2, document.Split("<div class=\"scroll\"><table>\n<tbody><tr><th>workload</th>").Length - 1);
    }

    private static string Browser() => Tool.Required("chromium", "chromium", "chromium-browser", "google-chrome");

    private static string Browse(string browser, TemporaryFolder folder, string action, string page)
    {
        var start = new ProcessStartInfo(
            browser,
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND", $"--user-data-dir={folder.Path}/profile",
                "--window-size=1000,900", action, $"file://{page}",
            ])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> words = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output + words.GetAwaiter().GetResult();
    }

    private static string Page()
    {
        var point = new ExperimentPoint();
        Observation[] rows = [.. MigrationOutcome.Failed(point, "a <b> c").Rows("run", "E1")];
        PointTable table = PointTable.Of(rows);
        IReadOnlyList<SummaryRow> medians = Summary.Of(
        [
            .. new[] { ("page", 10e6), ("module", 30e6) }.Select(g => Observation.Of(point with { Warm = true, HeapMib = 4, Granularity = g.Item1 }, "run", "E1") with
            {
                Metric = "downtime", Value = g.Item2, Unit = "ns", Verified = true,
            }),
        ]);
        return ReportPage.Write(
            "test",
            [new ReportSection("E1", "first", table, Svg, null, Manifest, medians), new ReportSection("E2", "second", table, null, "gnuplot is needed", Manifest, [])]);
    }
}

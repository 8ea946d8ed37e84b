using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace QuicWasm.Bench;

/// <summary>Writes the page: figures inline, no scripts, nothing that is fetched from elsewhere.</summary>
internal static partial class ReportPage
{
    private const string Style = """
        body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 76em; padding: 0 1em; color: #222; }
        h1, h2 { line-height: 1.2; } h2 { margin-top: 2.2em; border-top: 1px solid #ddd; padding-top: 1em; }
        figure { margin: 1em 0; } figure svg { width: 100%; height: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        td, th { padding: .15em .8em .15em 0; border-bottom: 1px solid #eee; text-align: right; white-space: nowrap; }
        td:first-child, th:first-child, td:last-child, th:last-child { text-align: left; }
        .failed { color: #a00; } .scroll { overflow-x: auto; }
        table.facts td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
        """;

    private static readonly string[] Facts =
        ["commit", "modified", "processor", "processors", "memory_bytes", "system", "architecture", "dotnet", "configuration", "transports", "emulated_link"];

    /// <summary>The page as HTML.</summary>
    public static string Write(string name, IReadOnlyList<ReportSection> sections)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>QuicWasm: {Text(name)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n");
        page.Append(CultureInfo.InvariantCulture, $"<h1>QuicWasm: {Text(name)}</h1>\n<p>Medians, and intervals that hold the true median with 95% confidence (all values where there are fewer than 6). ");
        page.Append("Downtime: from the request to freeze to the first instruction at the destination. Gap: from the source's last line of output to the destination's first.</p>\n<ul>\n");
        foreach (ReportSection section in sections)
        {
            page.Append(CultureInfo.InvariantCulture, $"<li><a href=\"#{Text(section.Question)}\">{Text(section.Question)}: {Text(section.Title)}</a></li>\n");
        }

        page.Append("</ul>\n");
        Answers(page, sections);
        foreach (ReportSection section in sections)
        {
            Write(page, section);
        }

        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void Answers(StringBuilder page, IReadOnlyList<ReportSection> sections)
    {
        var medians = sections.ToDictionary(s => s.Question, s => s.Medians);
        Answer[] answers = [.. Answer.Of(medians).Where(a => a.Sentences.Count > 0)];
        if (answers.Length == 0)
        {
            return;
        }

        page.Append("<h2 id=\"answers\">Answers</h2>\n<p>Every number is a median of this run. Two are told apart where their intervals do not touch.</p>\n");
        foreach (Answer answer in answers)
        {
            page.Append(CultureInfo.InvariantCulture, $"<h3>{Text(answer.Question)}</h3>\n<p>Figures: {string.Join(", ", answer.Experiments.Where(medians.ContainsKey).Select(e => $"<a href=\"#{Text(e)}\">{Text(e)}</a>"))}</p>\n<ul class=\"answer\">\n");
            foreach (string sentence in answer.Sentences)
            {
                page.Append(CultureInfo.InvariantCulture, $"<li>{Text(sentence)}</li>\n");
            }

            page.Append("</ul>\n");
        }
    }

    private static void Write(StringBuilder page, ReportSection section)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2 id=\"{Text(section.Question)}\">{Text(section.Question)}: {Text(section.Title)}</h2>\n");
        page.Append(section.Figure is null
            ? $"<p class=\"failed\">No figure: {Text(section.NoFigure ?? "")}</p>\n"
            : $"<figure>{Inline(section.Figure, section.Question)}</figure>\n");
        page.Append("<div class=\"scroll\"><table>\n");
        Row(page, "th", section.Table.Headers);
        foreach (IReadOnlyList<string> row in section.Table.Rows)
        {
            Row(page, "td", row);
        }

        page.Append("</table></div>\n");
        foreach (string failure in section.Table.Failures)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"failed\">{Text(failure)}</p>\n");
        }

        JsonArray sessions = JsonNode.Parse(section.Manifest)!["sessions"]!.AsArray();
        JsonObject last = sessions[^1]!.AsObject();
        LeftOut(page, last["left_out"] as JsonArray ?? []);
        page.Append("<details><summary>Environment</summary><table class=\"facts\">\n");
        foreach (string fact in Facts)
        {
            Row(page, "td", [fact, $"{last[fact]}"]);
        }

        page.Append("</table></details>\n");
        Calibration(page, sessions);
    }

    private static void LeftOut(StringBuilder page, JsonArray groups)
    {
        foreach (JsonNode? group in groups)
        {
            JsonArray points = group!["points"]!.AsArray();
            page.Append(CultureInfo.InvariantCulture, $"<p>Left out here: {points.Count} points: {Text($"{group["reason"]}")}</p>\n");
        }
    }

    private static void Calibration(StringBuilder page, JsonArray sessions)
    {
        JsonNode?[] links = [.. sessions.SelectMany(s => s!["calibration"] as JsonArray ?? [])];
        if (links.Length == 0)
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"<details><summary>{links.Length} links, measured before</summary><div class=\"scroll\"><table>\n");
        Row(page, "th", ["round trip ms", "measured", "loss", "lost of sent", "rate Mbit/s", "measured", "as it should be"]);
        foreach (JsonNode? link in links)
        {
            JsonNode settings = link!["settings"]!, measured = link["measured"]!;
            int sent = (int)measured["sent"]!, received = (int)measured["received"]!;
            JsonArray problems = link["problems"]!.AsArray();
            Row(page, "td",
            [
                $"{settings["rttMs"]}", Number(measured["rttMs"]), $"{settings["loss"]}", $"{sent - received}/{sent}", $"{settings["rateMbit"]}",
                Number(measured["rateMbit"] ?? measured["tcpMbit"]), problems.Count == 0 ? "yes" : string.Join("; ", problems),
            ]);
        }

        page.Append("</table></div></details>\n");
    }

    private static string Number(JsonNode? value) => value is null ? "-" : ((double)value).ToString("f2", CultureInfo.InvariantCulture);

    private static void Row(StringBuilder page, string tag, IEnumerable<string> cells)
    {
        page.Append("<tr>");
        foreach (string cell in cells)
        {
            page.Append(CultureInfo.InvariantCulture, $"<{tag}{(cell.Contains("FAILED", StringComparison.Ordinal) ? " class=\"failed\"" : "")}>{Text(cell)}</{tag}>");
        }

        page.Append("</tr>\n");
    }

    // The XML declaration has no place inside HTML, and names that several figures share would refer to the first of them.
    private static string Inline(string svg, string prefix) => Reference().Replace(
        svg[svg.IndexOf("<svg", StringComparison.Ordinal)..], m => $"{m.Groups[1].Value}{prefix}-{m.Groups[2].Value}");

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    [GeneratedRegex("""(\bid=["']|href=["']#|url\(#)([A-Za-z0-9_.-]+)""")]
    private static partial Regex Reference();
}

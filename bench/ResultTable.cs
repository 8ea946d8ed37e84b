using Spectre.Console;

namespace QuicWasm.Bench;

/// <summary>The table at the end of a run, readable on 80 columns.</summary>
internal static class ResultTable
{
    /// <summary>Prints one line a point.</summary>
    public static void Print(IAnsiConsole console, PointTable rows)
    {
        var table = new Table { Border = TableBorder.Minimal };
        foreach (string header in rows.Headers)
        {
            var column = new TableColumn(Markup.Escape(header)) { Padding = new Padding(0, 0, 1, 0) };
            table.AddColumn(header == rows.Headers[0] || header == rows.Headers[^1] ? column : column.RightAligned());
        }

        foreach (IReadOnlyList<string> row in rows.Rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        console.Write(table);
        foreach (string failure in rows.Failures)
        {
            console.WriteLine(failure);
        }

        console.WriteLine("medians (95% interval; all values where there are fewer than 6)");
        console.WriteLine("downtime: from the request to freeze to the first instruction at the destination");
        console.WriteLine("gap: from the source's last line to the destination's first");
    }
}

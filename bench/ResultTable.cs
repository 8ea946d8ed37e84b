using System.Globalization;
using Spectre.Console;

namespace QuicWasm.Bench;

/// <summary>The table at the end of a run, readable on 80 columns.</summary>
internal static class ResultTable
{
    /// <summary>Prints one line an outcome.</summary>
    public static void Print(IAnsiConsole console, IReadOnlyList<MigrationOutcome> outcomes)
    {
        var table = new Table { Border = TableBorder.Minimal };
        table.AddColumn(Column("granularity"));
        foreach (string header in new[] { "downtime\nms", "running\nms", "total\ns", "wire\nMB", "requests", "granules", "output" })
        {
            table.AddColumn(Column(header).RightAligned());
        }

        foreach (MigrationOutcome outcome in outcomes)
        {
            table.AddRow(
                outcome.Point.Granularity,
                Number(outcome["downtime"] / 1e6, "f1"),
                Number(outcome["time_to_first_instruction"] / 1e6, "f1"),
                Number(outcome["time_to_finish"] / 1e9, "f2"),
                Number((outcome["wire_bytes_sent"] + outcome["wire_bytes_received"]) / 1e6, "f2"),
                Number(outcome["requests"], "f0"),
                Number(outcome["granules"], "f0"),
                outcome.IsVerified ? "same" : "FAILED");
        }

        console.Write(table);
        console.WriteLine("downtime: from the request to freeze to the first instruction at the destination");
        console.WriteLine("running: from the destination's start of connecting to that first instruction");
        foreach (MigrationOutcome outcome in outcomes.Where(o => o.Error is not null))
        {
            console.WriteLine($"{outcome.Point.Granularity}: {outcome.Error}");
        }
    }

    private static TableColumn Column(string header) => new TableColumn(header).NoWrap().PadLeft(0).PadRight(1);

    private static string Number(double value, string format) => double.IsNaN(value) ? "-" : value.ToString(format, CultureInfo.InvariantCulture);
}

using System.Text.Json;
using QuicWasm.Migration;

namespace QuicWasm.Cli;

/// <summary>Writes a migration's report as one JSON object: metric names, with their units at the end, and numbers.</summary>
internal sealed class JsonReport : IMeasurementSink
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    private readonly SortedDictionary<string, double> _values = new(StringComparer.Ordinal);

    /// <summary>Writes the file; another process sees it whole or not at all.</summary>
    public static void Write(string file, MigrationReport report)
    {
        var values = new JsonReport();
        report.WriteTo(values);
        string half = file + ".tmp";
        File.WriteAllText(half, JsonSerializer.Serialize(values._values, Format));
        File.Move(half, file, overwrite: true);
    }

    /// <inheritdoc/>
    public void Observe(string metric, double value, string unit) => _values[unit == "ns" ? $"{metric}_ns" : metric] = value;
}

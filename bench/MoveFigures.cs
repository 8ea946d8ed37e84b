using System.Text.Json;

namespace QuicWasm.Bench;

/// <summary>The options that a point's migration is made with, and what its report says afterwards.</summary>
internal static class MoveFigures
{
    /// <summary>The options of <c>quicwasm resume</c>.</summary>
    public static IEnumerable<string> Options(ExperimentPoint point) =>
    [
        "--granularity", point.Granularity,
        "--mode", point.Mode,
        "--page-bytes", $"{point.GranuleBytes}",
        "--streams", $"{point.Streams}",
        .. point.EagerMemory ? new[] { "--eager-memory" } : [],
        .. point.Compression == "none" ? [] : new[] { Capabilities.CompressionOption, point.Compression },
        .. point.Prefetch == "none" ? [] : new[] { Capabilities.PrefetchOption, point.Prefetch },
    ];

    /// <summary>Takes a migration's report for metrics, and adds what follows from it.</summary>
    public static void Read(string file, LinkSettings link, RunResult result)
    {
        foreach ((string name, double value) in JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllBytes(file))!)
        {
            bool isTime = name.EndsWith("_ns", StringComparison.Ordinal);
            result.Set(isTime ? name[..^3] : name, value, isTime ? "ns" : name.Contains("bytes", StringComparison.Ordinal) ? "bytes" : "count");
        }

        result.Set("downtime", result.Get("time_to_first_instruction") - result.Get("time_to_connected"), "ns");
        Floor(link, result);
    }

    /// <summary>The time that the bytes that had to come need at least: their time at the link's rate, and one round trip.</summary>
    private static void Floor(LinkSettings link, RunResult result)
    {
        double bytes = result.Get("required_bytes") + result.Get("demanded_bytes");
        result.Set("floor", (link.RttMs * 1e6) + (link.RateMbit == 0 ? 0 : bytes * 8 / link.RateMbit * 1e3), "ns");
    }
}

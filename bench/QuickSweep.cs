using System.Text.Json;

namespace QuicWasm.Bench;

/// <summary>What --quick changes in a sweep.</summary>
internal sealed record QuickSweep
{
    /// <summary>How often each point is measured.</summary>
    public int Repetitions { get; init; } = 2;

    /// <summary>What a run takes then, more or less; null: as much as in the sweep itself.</summary>
    public double? EstimatedSeconds { get; init; }

    /// <summary>Values instead of those of the sweep.</summary>
    public Dictionary<string, JsonElement[]> Dimensions { get; init; } = [];
}

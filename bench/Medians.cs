namespace QuicWasm.Bench;

/// <summary>Medians.</summary>
internal static class Medians
{
    /// <summary>The median of some values, of which there is at least one.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}

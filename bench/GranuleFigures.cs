namespace QuicWasm.Bench;

/// <summary>What fetching granules over a link took.</summary>
/// <param name="ConnectMs">Until both ends had agreed.</param>
/// <param name="Ways">Each way of fetching, in the order of <see cref="GranuleMeasurement.Ways"/>.</param>
internal sealed record GranuleFigures(double ConnectMs, GranuleFigures.Way[] Ways)
{
    /// <summary>One way of fetching.</summary>
    /// <param name="PerSecond">Granules in a second.</param>
    /// <param name="P50Ms">From the request to the last byte, median.</param>
    /// <param name="P99Ms">The same, of the slowest hundredth.</param>
    internal sealed record Way(double PerSecond, double P50Ms, double P99Ms);
}

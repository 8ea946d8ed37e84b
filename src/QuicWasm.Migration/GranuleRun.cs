namespace QuicWasm.Migration;

/// <summary>Granules with consecutive ids.</summary>
/// <param name="First">The first id.</param>
/// <param name="Count">How many.</param>
public readonly record struct GranuleRun(int First, int Count)
{
    /// <summary>The id after the last.</summary>
    public int End => First + Count;

    /// <summary>What of it begins with a granule.</summary>
    internal GranuleRun From(int granule) => new(granule, End - granule);
}

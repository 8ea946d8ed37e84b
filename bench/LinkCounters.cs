namespace QuicWasm.Bench;

/// <summary>What a link has seen, one record for each direction.</summary>
/// <param name="ToDestination">From source to destination.</param>
/// <param name="ToSource">From destination to source.</param>
internal sealed record LinkCounters(DirectionCounters ToDestination, DirectionCounters ToSource)
{
    /// <summary>What came between two readings.</summary>
    public static LinkCounters operator -(LinkCounters later, LinkCounters earlier) =>
        new(later.ToDestination - earlier.ToDestination, later.ToSource - earlier.ToSource);
}

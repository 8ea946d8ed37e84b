namespace QuicWasm.Bench;

/// <summary>The two places of a run, and what is between them.</summary>
/// <param name="Source">Where the program starts.</param>
/// <param name="Destination">Where it goes to.</param>
/// <param name="Link">The link between them, or null where both are in this system's own network.</param>
internal sealed record Route(NodeSite Source, NodeSite Destination, EmulatedLink? Link)
{
    /// <summary>Both in this system's own network.</summary>
    public static Route Loopback { get; } = new(NodeSite.Loopback, NodeSite.Loopback, null);
}

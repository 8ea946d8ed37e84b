namespace QuicWasm.Bench;

/// <summary>Where a process of a run is started, and how the other one reaches it.</summary>
/// <param name="Prefix">What comes before a command so that it runs there; nothing where it is here.</param>
/// <param name="Address">Its address.</param>
internal sealed record NodeSite(IReadOnlyList<string> Prefix, string Address)
{
    /// <summary>This system's own network.</summary>
    public static NodeSite Loopback { get; } = new([], "127.0.0.1");

    /// <summary>Whether <c>tcp</c> may listen there without being told that it is open to others.</summary>
    public bool IsLoopback => Prefix.Count == 0;
}

namespace QuicWasm.Bench;

/// <summary>Over what two nodes reach each other.</summary>
internal static class LinkKinds
{
    /// <summary>Emulated where that can be done, else loopback.</summary>
    public const string Auto = "auto";

    /// <summary>The system's own, both nodes in one network.</summary>
    public const string Loopback = "loopback";

    /// <summary>Two network namespaces, joined by <see cref="EmulatedLink"/>.</summary>
    public const string Emulated = "emulated";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Auto, Loopback, Emulated];
}

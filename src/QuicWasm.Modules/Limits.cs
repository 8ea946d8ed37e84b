namespace QuicWasm.Modules;

/// <summary>Size limits of a table (in elements) or of a memory (in pages of 64 KiB).</summary>
/// <param name="Minimum">The initial size.</param>
/// <param name="Maximum">The largest size, or null where none is declared.</param>
public readonly record struct Limits(ulong Minimum, ulong? Maximum)
{
    /// <summary>Whether a thing with these limits may be imported where <paramref name="required"/> is asked for.</summary>
    public bool Matches(Limits required) =>
        Minimum >= required.Minimum && (required.Maximum is null || (Maximum is { } maximum && maximum <= required.Maximum));
}

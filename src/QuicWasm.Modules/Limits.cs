namespace QuicWasm.Modules;

/// <summary>Size limits of a table (in elements) or of a memory (in pages of 64 KiB), and how wide its addresses are.</summary>
/// <param name="Minimum">The initial size.</param>
/// <param name="Maximum">The largest size, or null where none is declared.</param>
/// <param name="Is64">Whether addresses, sizes and offsets have 64 bits; else 32.</param>
public readonly record struct Limits(ulong Minimum, ulong? Maximum, bool Is64 = false)
{
    /// <summary>The type of addresses and sizes.</summary>
    public ValueType AddressType => Is64 ? ValueType.I64 : ValueType.I32;

    /// <summary>The bits of a slot that are an address.</summary>
    public ulong AddressMask => Is64 ? ulong.MaxValue : uint.MaxValue;

    /// <summary>Whether a thing with these limits may be imported where <paramref name="required"/> is asked for.</summary>
    public bool Matches(Limits required) => Is64 == required.Is64
        && Minimum >= required.Minimum && (required.Maximum is null || (Maximum is { } maximum && maximum <= required.Maximum));
}

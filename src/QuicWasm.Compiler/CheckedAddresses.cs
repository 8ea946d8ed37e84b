using System.Collections.Immutable;

namespace QuicWasm.Compiler;

/// <summary>
/// For locals that hold addresses: how many bytes from there on are known to be inside memory 0. A memory only grows, so this stays
/// true until the local is assigned. Immutable.
/// </summary>
internal readonly struct CheckedAddresses
{
    private readonly ImmutableDictionary<int, ulong>? _ends;

    private CheckedAddresses(ImmutableDictionary<int, ulong> ends) => _ends = ends;

    /// <summary>Whether <paramref name="end"/> bytes from the local's address on are inside.</summary>
    public bool Covers(int local, ulong end) => _ends is not null && _ends.TryGetValue(local, out ulong known) && known >= end;

    /// <summary>What is known after a check of so many bytes.</summary>
    public CheckedAddresses With(int local, ulong end) =>
        Covers(local, end) ? this : new CheckedAddresses((_ends ?? ImmutableDictionary<int, ulong>.Empty).SetItem(local, end));

    /// <summary>What is known after the local has been assigned.</summary>
    public CheckedAddresses Without(int local) => _ends is null ? this : new CheckedAddresses(_ends.Remove(local));

    /// <summary>What is known after any of the locals may have been assigned (<see cref="Node.Locals"/>).</summary>
    public CheckedAddresses WithoutAny(ulong locals) =>
        _ends is null ? this : new CheckedAddresses(_ends.RemoveRange(_ends.Keys.Where(k => (Node.LocalBit(k) & locals) != 0)));
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using QuicWasm.Modules;

namespace QuicWasm.State;

/// <summary>What programs of one image share of its skeleton: modules, which are read and checked once, and with them what engines have compiled of them.</summary>
internal sealed record SharedSkeleton(ImmutableArray<ValidatedModule> Modules, StoreOutline Outline)
{
    private readonly ConcurrentDictionary<int, bool> _verified = new();

    /// <summary>Whether a module is here as a whole, and has the SHA-256 that the image carries.</summary>
    public bool IsVerified(int module) => _verified.ContainsKey(module);

    /// <summary>It is, and has.</summary>
    public void SetVerified(int module) => _verified[module] = true;
}

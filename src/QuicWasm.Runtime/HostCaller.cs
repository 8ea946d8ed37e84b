namespace QuicWasm.Runtime;

/// <summary>Who calls a typed host function: a delegate that wants to know takes it as its first parameter, which is none of the Wasm type's.</summary>
/// <param name="Context">The runtime that the caller runs in.</param>
/// <param name="Instance">The instance whose code calls, or null for a call from outside.</param>
public readonly record struct HostCaller(RuntimeContext Context, ModuleInstance? Instance)
{
    /// <summary>The caller's memory 0.</summary>
    /// <exception cref="TrapException">The caller has no memory.</exception>
    public MemoryInstance Memory => HostCall.MemoryOf(Instance);
}

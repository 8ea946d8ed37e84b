namespace QuicWasm.Runtime;

/// <summary>What became of a call of a host function.</summary>
public enum HostOutcome
{
    /// <summary>The results are there.</summary>
    Completed,

    /// <summary>
    /// The function was blocking and a suspension was asked for; nothing visible has happened. The same call, with the same
    /// arguments, is issued again after the resume.
    /// </summary>
    Interrupted,
}

/// <summary>A function of the host, callable from Wasm.</summary>
/// <exception cref="TrapException">The call traps.</exception>
/// <exception cref="ProgramExitException">The program ends.</exception>
public delegate HostOutcome HostFunction(in HostCall call);

/// <summary>One call of a host function: who calls, with what, and where the results go.</summary>
public readonly ref struct HostCall(RuntimeContext context, ModuleInstance? caller, ReadOnlySpan<ulong> arguments, Span<ulong> results)
{
    /// <summary>The runtime that the caller runs in.</summary>
    public RuntimeContext Context { get; } = context;

    /// <summary>The instance whose code calls, or null for a call from outside.</summary>
    public ModuleInstance? Caller { get; } = caller;

    /// <summary>The arguments, one 8-byte slot each (two for v128); 32-bit values in the low half.</summary>
    public ReadOnlySpan<ulong> Arguments { get; } = arguments;

    /// <summary>Where the results go, in slots.</summary>
    public Span<ulong> Results { get; } = results;

    /// <summary>The caller's memory 0.</summary>
    /// <exception cref="TrapException">The caller has no memory.</exception>
    public MemoryInstance Memory => MemoryOf(Caller);

    internal static MemoryInstance MemoryOf(ModuleInstance? caller) =>
        caller is { Memories.Length: > 0 } module ? module.Memories[0] : throw new TrapException(TrapKind.HostError, "the caller has no memory");
}

namespace QuicWasm.Modules;

/// <summary>What a module may use: the proposals that are enabled.</summary>
/// <param name="Enabled">The enabled proposals; those that are not <see cref="Supported"/> have no effect.</param>
public sealed record ModuleFeatures(Proposals Enabled)
{
    /// <summary>The proposals that the reader and the validator know.</summary>
    public const Proposals Supported =
        Proposals.Wasm2 | Proposals.TailCalls | Proposals.ExtendedConst | Proposals.MultiMemory | Proposals.RelaxedSimd | Proposals.FunctionReferences
        | Proposals.Memory64 | Proposals.ExceptionHandling;

    /// <summary>WebAssembly 2.0, and nothing more.</summary>
    public static ModuleFeatures Wasm2 { get; } = new(Proposals.Wasm2);

    /// <summary>WebAssembly 2.0, and what is supported of 3.0.</summary>
    public static ModuleFeatures Default { get; } = new(Supported);

    /// <summary>Whether all of these proposals are enabled and supported.</summary>
    public bool Has(Proposals proposals) => (Enabled & Supported & proposals) == proposals;
}

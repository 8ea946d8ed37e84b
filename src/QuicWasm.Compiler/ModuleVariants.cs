using System.Collections.Concurrent;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

/// <summary>All compiled code of a module, kept with it.</summary>
internal sealed class ModuleVariants
{
    private readonly ConcurrentDictionary<CodeVariant, Lazy<ModuleCode>> _codes = new();

    /// <summary>The code of a module, if there is some. It does not wait where that is being made.</summary>
    public static ModuleCode? Find(ValidatedModule module, CodeVariant variant) =>
        module.EngineData is ModuleVariants variants && variants._codes.TryGetValue(variant, out Lazy<ModuleCode>? code) && code.IsValueCreated
            ? code.Value
            : null;

    /// <summary>The code of a module; made at the first call.</summary>
    public static ModuleCode Of(ValidatedModule module, CodeVariant variant) =>
        ((ModuleVariants)module.EngineDataOr(static () => new ModuleVariants()))._codes
        .GetOrAdd(variant, static (v, m) => new Lazy<ModuleCode>(() => new ModuleCode(m, v)), module).Value;
}

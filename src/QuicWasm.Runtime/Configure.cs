using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>The options of one runtime. Nothing of a runtime is kept anywhere else, so two of them never meet.</summary>
public sealed record Configure
{
    /// <summary>Makes the engine.</summary>
    public required Func<RuntimeContext, IEngine> Engine { get; init; }

    /// <summary>Makes the host modules, in order. A runtime owns its own.</summary>
    public IReadOnlyList<Func<RuntimeContext, IHostModule>> HostModules { get; init; } = [];

    /// <summary>Which proposals modules may use.</summary>
    public ModuleFeatures Features { get; init; } = ModuleFeatures.Default;

    /// <summary>Where instance memory comes from.</summary>
    public MemoryAllocation Allocation { get; init; } = new MemoryAllocation.FromSystem();

    /// <summary>How compiled code finds that an address is outside of a memory.</summary>
    public MemoryChecks MemoryChecks { get; init; } = MemoryChecks.Guarded;

    /// <summary>Whether a function that nothing offers is made to trap when it is called; else a module that imports it is not linked.</summary>
    public bool TrapsUnknownImports { get; init; }

    /// <summary>Bytes that one linear memory can grow to.</summary>
    public ulong MaxMemoryBytes { get; init; } = 4UL << 30;

    /// <summary>Elements that all tables of the runtime hold together at most.</summary>
    public ulong MaxTableElements { get; init; } = 10_000_000;

    /// <summary>Bytes of frames that one computation may use before it traps with "call stack exhausted".</summary>
    public ulong MaxStackBytes { get; init; } = 16UL << 20;

    /// <summary>Where the runtime logs.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Told the name of each initialisation step before it is taken: lets a test fail any of them.</summary>
    internal Action<string>? OnInitializationStep { get; init; }
}

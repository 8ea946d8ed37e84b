using QuicWasm.Compiler;
using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.Wasi;

namespace QuicWasm.Cli;

/// <summary>Where and with what a program runs.</summary>
internal sealed record ProgramOptions
{
    /// <summary>All that a 32-bit address reaches.</summary>
    public const ulong DefaultMaxMemoryBytes = 4UL << 30;

    /// <summary>Folders that the program may use.</summary>
    public IReadOnlyList<WasiPreopen> Preopens { get; init; } = [];

    /// <summary>Sockets of this process that the program has behind its folders.</summary>
    public IReadOnlyList<int> Sockets { get; init; } = [];

    /// <summary>Bytes that folders in memory hold together, or null: what an image says, or a default.</summary>
    public ulong? MemoryFolderLimitBytes { get; init; }

    /// <summary>What modules may use.</summary>
    public ModuleFeatures Features { get; init; } = ModuleFeatures.Default;

    /// <summary>The engine's name.</summary>
    public string Engine { get; init; } = Engines.Tiered;

    /// <summary>Where compiled code is kept from one process to the next, or null.</summary>
    public CodeCache? Cache { get; init; }

    /// <summary>Its arguments, its name first; of no meaning for a program that is resumed.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The export to call, with the arguments behind the program's name, instead of running a command; or null.</summary>
    public string? Invoke { get; init; }

    /// <summary>Whether a function that nothing offers traps when it is called, and not when the program is linked.</summary>
    public bool TrapsUnknownImports { get; init; }

    /// <summary>Where its standard input comes from, and where its output goes; null: this process's own.</summary>
    public (WasiStandardStream Input, WasiStandardStream Output, WasiStandardStream Error)? Streams { get; init; }

    /// <summary>Its environment, as NAME=VALUE.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Where instance memory comes from.</summary>
    public MemoryAllocation Allocation { get; init; } = new MemoryAllocation.FromSystem();

    /// <summary>Bytes that one memory can grow to.</summary>
    public ulong MaxMemoryBytes { get; init; } = DefaultMaxMemoryBytes;

    /// <summary>Bytes of frames.</summary>
    public ulong MaxStackBytes { get; init; } = 16UL << 20;
}

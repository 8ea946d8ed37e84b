using QuicWasm.Runtime;
using QuicWasm.Wasi;

namespace QuicWasm.Cli;

/// <summary>Where and with what a program runs.</summary>
internal sealed record ProgramOptions
{
    /// <summary>Folders that the program may use.</summary>
    public IReadOnlyList<WasiPreopen> Preopens { get; init; } = [];

    /// <summary>Its arguments, its name first; of no meaning for a program that is resumed.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The export to call, with the arguments behind the program's name, instead of running a command; or null.</summary>
    public string? Invoke { get; init; }

    /// <summary>Whether a function that nothing offers traps when it is called, and not when the program is linked.</summary>
    public bool TrapsUnknownImports { get; init; }

    /// <summary>Its environment, as NAME=VALUE.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Where instance memory comes from.</summary>
    public MemoryAllocation Allocation { get; init; } = new MemoryAllocation.FromSystem();

    /// <summary>Bytes that one memory can grow to.</summary>
    public ulong MaxMemoryBytes { get; init; } = 4UL << 30;

    /// <summary>Bytes of frames.</summary>
    public ulong MaxStackBytes { get; init; } = 16UL << 20;
}

using System.Collections.Immutable;

namespace QuicWasm.Modules;

/// <summary>A decoded module: what its binary says, not yet validated. Index spaces put imports first.</summary>
public sealed class Module
{
    /// <summary>SHA-256 of the binary: the module's identity.</summary>
    public required ImmutableArray<byte> Sha256 { get; init; }

    /// <summary>Function types.</summary>
    public required ImmutableArray<FunctionType> Types { get; init; }

    /// <summary>Imports, in order.</summary>
    public required ImmutableArray<ImportDeclaration> Imports { get; init; }

    /// <summary>The functions that the module defines.</summary>
    public required ImmutableArray<FunctionBody> Functions { get; init; }

    /// <summary>The tables that the module defines.</summary>
    public required ImmutableArray<TableType> Tables { get; init; }

    /// <summary>The memories that the module defines.</summary>
    public required ImmutableArray<MemoryType> Memories { get; init; }

    /// <summary>The globals that the module defines.</summary>
    public required ImmutableArray<GlobalDeclaration> Globals { get; init; }

    /// <summary>Exports, in order.</summary>
    public required ImmutableArray<ExportDeclaration> Exports { get; init; }

    /// <summary>Index of the start function, or null.</summary>
    public int? StartFunction { get; init; }

    /// <summary>Element segments.</summary>
    public required ImmutableArray<ElementSegment> Elements { get; init; }

    /// <summary>Data segments.</summary>
    public required ImmutableArray<DataSegment> Datas { get; init; }

    /// <summary>The number in the data count section, or null where there is none.</summary>
    public int? DataCount { get; init; }

    /// <summary>Names for diagnostics, from the name section; empty where it is absent or malformed.</summary>
    public required ModuleNames Names { get; init; }

    /// <summary>The binary's sections and where they lie; enough to cut the binary into parts and to put it together again.</summary>
    public required BinaryMap Map { get; init; }

    /// <summary>The whole binary, or empty where the module was read from its skeleton.</summary>
    public ReadOnlyMemory<byte> Binary { get; init; }

    /// <summary>How many of the imports are of the given kind.</summary>
    public int ImportCount(ExternalKind kind) => Imports.Count(i => i.Kind == kind);
}

using System.Collections.Immutable;

namespace QuicWasm.Modules;

/// <summary>
/// A decoded module: what its binary says, not yet validated. Index spaces put imports first. Where it was read from its skeleton,
/// code, data and custom sections are absent until they are provided.
/// </summary>
public sealed class Module
{
    private ModuleNames? _names;

    /// <summary>SHA-256 of the binary: the module's identity.</summary>
    public required ImmutableArray<byte> Sha256 { get; init; }

    /// <summary>Function types.</summary>
    public required ImmutableArray<FunctionType> Types { get; init; }

    /// <summary>Imports, in order.</summary>
    public required ImmutableArray<ImportDeclaration> Imports { get; init; }

    /// <summary>The functions that the module defines.</summary>
    public required ImmutableArray<FunctionBody> Functions { get; init; }

    /// <summary>The tables that the module defines.</summary>
    public required ImmutableArray<TableDeclaration> Tables { get; init; }

    /// <summary>The memories that the module defines.</summary>
    public required ImmutableArray<MemoryType> Memories { get; init; }

    /// <summary>The tags that the module defines: of each the index of its function type, whose parameters are what an exception carries.</summary>
    public required ImmutableArray<int> Tags { get; init; }

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

    /// <summary>Names for diagnostics, from the name section; empty where it is absent, malformed or has not arrived.</summary>
    public ModuleNames Names => _names ??= NameSectionReader.Read(this);

    /// <summary>The binary's sections and where they lie; enough to cut the binary into parts and to put it together again.</summary>
    public required BinaryMap Map { get; init; }

    /// <summary>The whole binary, or empty where the module was read from its skeleton.</summary>
    public ReadOnlyMemory<byte> Binary { get; init; }

    /// <summary>The skeleton that the module was read from, or empty.</summary>
    internal ReadOnlyMemory<byte> Skeleton { get; init; }

    /// <summary>Where the module was read from its skeleton: what the skeleton keeps of the payload of each section of the map.</summary>
    internal ImmutableArray<ReadOnlyMemory<byte>> KeptPayloads { get; init; }

    /// <summary>Where the module was read from its skeleton: the custom sections, when they have arrived.</summary>
    internal ReadOnlyMemory<byte>? ProvidedCustomSections { get; private set; }

    /// <summary>Whether the module was read from its skeleton.</summary>
    internal bool IsFromSkeleton => !Skeleton.IsEmpty;

    /// <summary>How many of the imports are of the given kind.</summary>
    public int ImportCount(ExternalKind kind) => Imports.Count(i => i.Kind == kind);

    /// <summary>Gives the data section's payload to a module that was read from its skeleton, and so every data segment its bytes.</summary>
    /// <param name="payload">What <see cref="ModuleParts.DataSection"/> gave; it must not change.</param>
    /// <exception cref="ModuleException">It is not the payload that the skeleton describes.</exception>
    public void ProvideDataSection(ReadOnlyMemory<byte> payload)
    {
        if (IsFromSkeleton)
        {
            ModuleParts.CheckDataSection(this, payload);
            foreach (DataSegment segment in Datas)
            {
                int position = (int)(segment.BytesOffset - ModuleParts.DataPayloadOffset(this));
                segment.Provide(payload.Slice(position, segment.LengthBytes));
            }
        }
    }

    /// <summary>Gives the custom sections to a module that was read from its skeleton, and so its <see cref="Names"/>.</summary>
    /// <param name="sections">What <see cref="ModuleParts.CustomSections"/> gave; it must not change.</param>
    /// <exception cref="ModuleException">They are not the sections that the skeleton describes.</exception>
    public void ProvideCustomSections(ReadOnlyMemory<byte> sections)
    {
        if (IsFromSkeleton)
        {
            ModuleParts.CheckCustomSections(this, sections.Span);
            ProvidedCustomSections = sections;
            _names = null;
        }
    }
}

using System.Collections.Immutable;

namespace QuicWasm.Modules;

/// <summary>What the section readers have decoded so far.</summary>
/// <param name="features">What the module may use.</param>
/// <param name="hasContents">Whether code and data are in the bytes that are read (not so in a skeleton).</param>
internal sealed class ModuleDraft(ModuleFeatures features, bool hasContents)
{
    public ModuleFeatures Features { get; } = features;

    public bool HasContents { get; } = hasContents;

    /// <summary>The bytes of the section that is being read; parts of it may be kept.</summary>
    public ReadOnlyMemory<byte> Payload { get; set; }

    /// <summary>Where that section's payload begins in the binary.</summary>
    public long PayloadOffset { get; set; }

    public ImmutableArray<FunctionType> Types { get; set; } = [];

    public ImmutableArray<ImportDeclaration> Imports { get; set; } = [];

    /// <summary>Type indices of the function section.</summary>
    public int[] FunctionTypeIndices { get; set; } = [];

    public ImmutableArray<FunctionBody> Functions { get; set; } = [];

    public ImmutableArray<TableDeclaration> Tables { get; set; } = [];

    public ImmutableArray<MemoryType> Memories { get; set; } = [];

    public ImmutableArray<int> Tags { get; set; } = [];

    public ImmutableArray<GlobalDeclaration> Globals { get; set; } = [];

    public ImmutableArray<ExportDeclaration> Exports { get; set; } = [];

    public int? StartFunction { get; set; }

    public ImmutableArray<ElementSegment> Elements { get; set; } = [];

    public int? DataCount { get; set; }

    public ImmutableArray<DataSegment> Datas { get; set; } = [];

    public List<BinarySection> Sections { get; } = [];

    /// <summary>Checks that belong to two sections together, when all are read.</summary>
    public void CheckConsistency(long endOffset)
    {
        if (FunctionTypeIndices.Length != Functions.Length)
        {
            throw new ModuleException(ModuleError.Malformed, endOffset, "function and code section have inconsistent lengths");
        }

        if (DataCount is { } count && count != Datas.Length)
        {
            throw new ModuleException(ModuleError.Malformed, endOffset, "data count and data section have inconsistent lengths");
        }
    }

    /// <summary>The module, of a whole binary or else of a skeleton and the payloads that it keeps.</summary>
    public Module ToModule(
        ImmutableArray<byte> sha256,
        long lengthBytes,
        ReadOnlyMemory<byte> binary,
        ReadOnlyMemory<byte> skeleton = default,
        ImmutableArray<ReadOnlyMemory<byte>> keptPayloads = default) => new()
        {
            Sha256 = sha256,
            Types = Types,
            Imports = Imports,
            Functions = Functions,
            Tables = Tables,
            Memories = Memories,
            Tags = Tags,
            Globals = Globals,
            Exports = Exports,
            StartFunction = StartFunction,
            Elements = Elements,
            Datas = Datas,
            DataCount = DataCount,
            Map = new BinaryMap(lengthBytes, [.. Sections]),
            Binary = binary,
            Skeleton = skeleton,
            KeptPayloads = keptPayloads,
        };
}

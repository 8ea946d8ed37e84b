using System.Collections.Immutable;

namespace QuicWasm.Modules;

/// <summary>The types of everything in a module's index spaces, imports first.</summary>
internal sealed record IndexSpaces(
    ImmutableArray<FunctionType> Functions,
    ImmutableArray<int> FunctionTypeIndices,
    ImmutableArray<TableType> Tables,
    ImmutableArray<MemoryType> Memories,
    ImmutableArray<GlobalType> Globals,
    ImmutableArray<int> TagTypeIndices)
{
    /// <summary>Collects the index spaces, and checks type indices and the limits that count imports.</summary>
    public static IndexSpaces Of(Module module)
    {
        var functions = new List<FunctionType>();
        var typeIndices = new List<int>();
        var tables = new List<TableType>();
        var memories = new List<MemoryType>();
        var globals = new List<GlobalType>();
        var tags = new List<int>();
        foreach (ImportDeclaration import in module.Imports)
        {
            switch (import.Kind)
            {
                case ExternalKind.Function:
                    functions.Add(TypeAt(module, import.TypeIndex, 0));
                    typeIndices.Add(import.TypeIndex);
                    break;
                case ExternalKind.Table:
                    tables.Add(import.Table);
                    break;
                case ExternalKind.Memory:
                    memories.Add(import.Memory);
                    break;
                case ExternalKind.Tag:
                    tags.Add(import.TypeIndex);
                    break;
                default:
                    globals.Add(import.Global);
                    break;
            }
        }

        foreach (FunctionBody body in module.Functions)
        {
            functions.Add(TypeAt(module, body.TypeIndex, body.Offset));
            typeIndices.Add(body.TypeIndex);
        }

        foreach (TableDeclaration table in module.Tables)
        {
            tables.Add(table.Type);
        }

        memories.AddRange(module.Memories);
        foreach (GlobalDeclaration global in module.Globals)
        {
            globals.Add(global.Type);
        }

        tags.AddRange(module.Tags);
        CheckTags(module, tags);
        CheckLimit(functions.Count, ModuleLimits.Functions, "functions");
        CheckLimit(tables.Count, ModuleLimits.Tables, "tables");
        CheckLimit(memories.Count, ModuleLimits.Memories, "memories");
        CheckLimit(globals.Count, ModuleLimits.Globals, "globals");
        CheckLimit(tags.Count, ModuleLimits.Tags, "tags");
        return new IndexSpaces([.. functions], [.. typeIndices], [.. tables], [.. memories], [.. globals], [.. tags]);
    }

    private static FunctionType TypeAt(Module module, int index, long offset) =>
        (uint)index < (uint)module.Types.Length
            ? module.Types[index]
            : throw new ModuleException(ModuleError.Invalid, offset, $"unknown type {(uint)index}");

    private static void CheckTags(Module module, List<int> tags)
    {
        foreach (int tag in tags)
        {
            if (!TypeAt(module, tag, 0).Results.IsEmpty)
            {
                throw new ModuleException(ModuleError.Invalid, 0, $"non-empty tag result type: {module.Types[tag]}");
            }
        }
    }

    private static void CheckLimit(int count, int limit, string what)
    {
        if (count > limit)
        {
            throw new ModuleException(ModuleError.LimitExceeded, 0, $"{count} {what}; the limit is {limit}");
        }
    }
}

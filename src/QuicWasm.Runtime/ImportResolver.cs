using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>Finds what a module imports, and checks its type (spec: valid/matching).</summary>
internal sealed class ImportResolver(RuntimeContext context, ModuleInstance instance)
{
    public List<FunctionInstance> Functions { get; } = [];

    public List<TableInstance> Tables { get; } = [];

    public List<MemoryInstance> Memories { get; } = [];

    public List<GlobalInstance> Globals { get; } = [];

    public List<TagInstance> Tags { get; } = [];

    /// <summary>Resolves every import, in order. Host functions are added to the Store.</summary>
    public void Resolve()
    {
        foreach (ImportDeclaration import in instance.Module.Module.Imports)
        {
            if (!ResolveExport(import) && !ResolveHost(import))
            {
                throw new LinkException(LinkError.UnknownImport, $"unknown import: \"{import.Module}\" \"{import.Name}\", {Wanted(import)}, is in no registered instance and no host module");
            }
        }
    }

    private bool ResolveExport(ImportDeclaration import)
    {
        if (!context.Registered.TryGetValue(import.Module, out ModuleInstance? source) || !source.Exports.TryGetValue(import.Name, out ExportDeclaration? export))
        {
            return false;
        }

        if (export.Kind != import.Kind)
        {
            throw Incompatible(import, TypeText.OfExport(source, export));
        }

        switch (import.Kind)
        {
            case ExternalKind.Function:
                FunctionInstance function = source.Functions[export.Index];
                Functions.Add(Matching(function, function.TypeNumber == instance.TypeNumbers[import.TypeIndex], import, TypeText.Of(function.Type)));
                break;
            case ExternalKind.Table:
                TableInstance table = source.Tables[export.Index];
                bool fits = table.Type.ElementType == instance.TypeInStore(import.Table.ElementType) && table.CurrentType.Limits.Matches(import.Table.Limits);
                Tables.Add(Matching(table, fits, import, TypeText.Of(table.CurrentType)));
                break;
            case ExternalKind.Memory:
                MemoryInstance memory = source.Memories[export.Index];
                Memories.Add(Matching(memory, memory.CurrentType.Limits.Matches(import.Memory.Limits), import, TypeText.Of(memory.CurrentType)));
                break;
            case ExternalKind.Tag:
                TagInstance tag = source.Tags[export.Index];
                Tags.Add(Matching(tag, tag.TypeNumber == instance.TypeNumbers[import.TypeIndex], import, TypeText.Of(tag)));
                break;
            default:
                GlobalInstance global = source.Globals[export.Index];
                Globals.Add(Matching(global, Matches(global.Type, import.Global), import, TypeText.Of(global.Type)));
                break;
        }

        return true;
    }

    private bool ResolveHost(ImportDeclaration import)
    {
        if (import.Kind != ExternalKind.Function)
        {
            return false;
        }

        FunctionType type = instance.TypeInStore(import.TypeIndex);
        if (context.ResolveHost(import.Module, import.Name, type) is not { } body)
        {
            return false;
        }

        Functions.Add(context.Store.AddHostFunction(instance.TypeNumbers[import.TypeIndex], import.Module, import.Name, body));
        return true;
    }

    // What can be set must be of one type for both; what cannot may be of a narrower one.
    private bool Matches(GlobalType actual, GlobalType required)
    {
        ValueType wanted = instance.TypeInStore(required.ValueType);
        return actual.IsMutable == required.IsMutable
            && (actual.IsMutable ? actual.ValueType == wanted : actual.ValueType.Matches(wanted));
    }

    private T Matching<T>(T instance, bool matches, ImportDeclaration import, string actual) =>
        matches ? instance : throw Incompatible(import, actual);

    private LinkException Incompatible(ImportDeclaration import, string actual) => new(
        LinkError.IncompatibleImport, $"incompatible import type: \"{import.Module}\" \"{import.Name}\" is {actual}, where {Wanted(import)} is asked for");

    private string Wanted(ImportDeclaration import) => import.Kind switch
    {
        ExternalKind.Function => TypeText.Of(instance.TypeInStore(import.TypeIndex)),
        ExternalKind.Table => TypeText.Of(import.Table),
        ExternalKind.Memory => TypeText.Of(import.Memory),
        ExternalKind.Tag => TypeText.OfTag(instance.TypeInStore(import.TypeIndex)),
        _ => TypeText.Of(import.Global),
    };
}

using System.Collections.Immutable;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>Checks that a restored module instance has what its module declares, in number and in type.</summary>
internal static class InstanceCheck
{
    /// <exception cref="ImageException">Something differs.</exception>
    public static void Check(ModuleInstance instance)
    {
        ValidatedModule module = instance.Module;
        Count(instance, instance.Functions.Length, module.FunctionTypes.Length, "functions");
        Count(instance, instance.Tables.Length, module.TableTypes.Length, "tables");
        Count(instance, instance.Memories.Length, module.MemoryTypes.Length, "memories");
        Count(instance, instance.Globals.Length, module.GlobalTypes.Length, "globals");
        Count(instance, instance.Tags.Length, module.TagTypeIndices.Length, "tags");
        Count(instance, instance.Elements.Length, module.Module.Elements.Length, "element segments");
        Count(instance, instance.Datas.Length, module.Module.Datas.Length, "data segments");
        for (int i = 0; i < instance.Functions.Length; i++)
        {
            CheckFunction(instance, instance.Functions[i], i);
        }

        for (int i = 0; i < instance.Tables.Length; i++)
        {
            TableType actual = instance.Tables[i].CurrentType;
            TableType declared = module.TableTypes[i];
            Require(instance, actual.ElementType == instance.TypeInStore(declared.ElementType) && actual.Limits.Matches(declared.Limits), "table", i);
        }

        for (int i = 0; i < instance.Memories.Length; i++)
        {
            Require(instance, instance.Memories[i].CurrentType.Limits.Matches(module.MemoryTypes[i].Limits), "memory", i);
        }

        for (int i = 0; i < instance.Globals.Length; i++)
        {
            CheckGlobal(instance, i);
        }

        for (int i = 0; i < instance.Tags.Length; i++)
        {
            CheckTag(instance, instance.Tags[i], i);
        }

        ImmutableArray<ElementSegment> segments = module.Module.Elements;
        for (int i = 0; i < segments.Length; i++)
        {
            // Older images say that elements may be null where today they may not; nobody relies on that.
            ValueType declared = instance.TypeInStore(segments[i].ElementType);
            Require(instance, instance.Elements[i].Type.OrNull() == declared.OrNull(), "element segment", i);
        }
    }

    public static ImageException Bad(ModuleInstance instance, string what) =>
        new(ImageError.Corrupt, $"the outline of the Store does not fit module instance {instance.Address}: {what}");

    private static void CheckFunction(ModuleInstance instance, FunctionInstance function, int index)
    {
        int definedIndex = index - instance.Module.ImportedFunctionCount;
        bool fits = definedIndex < 0
            ? function.TypeNumber == instance.TypeNumbers[instance.Module.FunctionTypeIndices[index]]
            : function.Module == instance && function.DefinedIndex == definedIndex;
        Require(instance, fits, "function", index);
    }

    // As for an import: what cannot be set may be of a narrower type.
    private static void CheckGlobal(ModuleInstance instance, int index)
    {
        GlobalType actual = instance.Globals[index].Type;
        GlobalType declared = instance.Module.GlobalTypes[index];
        ValueType type = instance.TypeInStore(declared.ValueType);
        bool fits = actual.IsMutable == declared.IsMutable
            && (actual.ValueType == type || (!actual.IsMutable && actual.ValueType.Matches(type)));
        Require(instance, fits, "global", index);
    }

    private static void CheckTag(ModuleInstance instance, TagInstance tag, int index)
    {
        int definedIndex = index - instance.Module.ImportedTagCount;
        bool fits = definedIndex < 0
            ? tag.TypeNumber == instance.TypeNumbers[instance.Module.TagTypeIndices[index]]
            : tag.Module == instance && tag.DefinedIndex == definedIndex;
        Require(instance, fits, "tag", index);
    }

    private static void Count(ModuleInstance instance, int actual, int declared, string what)
    {
        if (actual != declared)
        {
            throw Bad(instance, $"{actual} {what} where its module has {declared}");
        }
    }

    private static void Require(ModuleInstance instance, bool fits, string what, int index)
    {
        if (!fits)
        {
            throw Bad(instance, $"{what} {index} is not what its module declares");
        }
    }
}

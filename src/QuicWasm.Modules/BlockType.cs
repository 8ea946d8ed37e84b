namespace QuicWasm.Modules;

/// <summary>The type of a block: empty, one result, or a function type by index.</summary>
public readonly record struct BlockType
{
    private readonly uint _typeIndexPlusOne;

    private BlockType(ValueType result, uint typeIndexPlusOne)
    {
        Result = result;
        _typeIndexPlusOne = typeIndexPlusOne;
    }

    /// <summary>No parameters, no results.</summary>
    public static BlockType Empty => default;

    /// <summary>The only result, or Unknown where the type is empty or given by index.</summary>
    public ValueType Result { get; }

    /// <summary>Whether the type is empty.</summary>
    public bool IsEmpty => Result == ValueType.Unknown && _typeIndexPlusOne == 0;

    /// <summary>Whether the type is given by index.</summary>
    public bool HasTypeIndex => _typeIndexPlusOne != 0;

    /// <summary>The index among the module's types; only where <see cref="HasTypeIndex"/>.</summary>
    public uint TypeIndex => _typeIndexPlusOne - 1;

    /// <summary>No parameters, one result.</summary>
    public static BlockType Of(ValueType result) => new(result, 0);

    /// <summary>The function type with this index, at most 2^32 - 2.</summary>
    public static BlockType OfTypeIndex(uint typeIndex) => new(ValueType.Unknown, typeIndex + 1);
}

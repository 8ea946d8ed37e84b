using System.Collections.Immutable;

namespace QuicWasm.Modules;

/// <summary>
/// Parameter and result types of a function; equal when both lists are equal. Types that mention others can be compared only where
/// their type indices mean the same: in one module, or as types of a <see cref="TypeRegistry"/>.
/// </summary>
public sealed class FunctionType : IEquatable<FunctionType>
{
    private readonly int _hash;

    /// <summary>Makes a type of the given lists.</summary>
    public FunctionType(ImmutableArray<ValueType> parameters, ImmutableArray<ValueType> results)
    {
        Parameters = parameters;
        Results = results;
        ParameterSlots = ValueTypeFacts.SlotCount(parameters.AsSpan());
        ResultSlots = ValueTypeFacts.SlotCount(results.AsSpan());
        var hash = new HashCode();
        bool mentions = false;
        foreach (ValueType type in parameters)
        {
            hash.Add(type);
            mentions |= type.HasTypeIndex();
        }

        hash.Add(-1);
        foreach (ValueType type in results)
        {
            hash.Add(type);
            mentions |= type.HasTypeIndex();
        }

        MentionsTypes = mentions;
        _hash = hash.ToHashCode();
    }

    /// <summary>Types of the parameters, in order.</summary>
    public ImmutableArray<ValueType> Parameters { get; }

    /// <summary>Types of the results, in order.</summary>
    public ImmutableArray<ValueType> Results { get; }

    /// <summary>Slots of 8 bytes that the parameters take.</summary>
    public int ParameterSlots { get; }

    /// <summary>Slots of 8 bytes that the results take.</summary>
    public int ResultSlots { get; }

    /// <summary>Whether a parameter or a result is a reference to functions of one type.</summary>
    public bool MentionsTypes { get; }

    /// <inheritdoc/>
    public bool Equals(FunctionType? other) =>
        other is not null && Parameters.AsSpan().SequenceEqual(other.Parameters.AsSpan()) && Results.AsSpan().SequenceEqual(other.Results.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FunctionType);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>The type as <c>[i32 i64] -> [f32]</c>.</summary>
    public override string ToString() =>
        $"[{string.Join(' ', Parameters.Select(t => t.Text()))}] -> [{string.Join(' ', Results.Select(t => t.Text()))}]";

    /// <summary>The type with every reference to functions of one type replaced.</summary>
    internal FunctionType WithTypes(Func<ValueType, ValueType> replace)
    {
        ValueType Map(ValueType type) => type.HasTypeIndex() ? replace(type) : type;
        return MentionsTypes ? new FunctionType([.. Parameters.Select(Map)], [.. Results.Select(Map)]) : this;
    }
}

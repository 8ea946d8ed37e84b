using System.Collections.Immutable;

namespace QuicWasm.Runtime;

/// <summary>An exception that was thrown. It gets a place in the Store when Wasm code asks for a reference to it.</summary>
public sealed class ExceptionInstance
{
    /// <summary>Makes an exception; a host function throws it in a <see cref="TrapException"/>.</summary>
    /// <param name="tag">Its tag.</param>
    /// <param name="fields">What it carries, in slots: as many as the tag's parameters take.</param>
    public ExceptionInstance(TagInstance tag, ImmutableArray<ulong> fields)
    {
        if (fields.Length != tag.Type.ParameterSlots)
        {
            throw new ArgumentException($"an exception with {fields.Length} slots, where its tag {tag.DisplayName} has {tag.Type.ParameterSlots}", nameof(fields));
        }

        Tag = tag;
        Fields = fields;
    }

    /// <summary>Its tag.</summary>
    public TagInstance Tag { get; }

    /// <summary>What it carries, in slots.</summary>
    public ImmutableArray<ulong> Fields { get; }

    /// <summary>The reference to it in slots, or <see cref="Runtime.Reference.Null"/> where there is none yet.</summary>
    internal ulong Reference { get; set; }
}

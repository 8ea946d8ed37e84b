using System.Collections.Immutable;

namespace QuicWasm.Migration;

/// <summary>Which children of an image a node is asked to make.</summary>
/// <param name="Order">The memory node, the image, and how it is copied. The image is shared: it goes on to be there for others.</param>
/// <param name="FirstIndex">The index of the first child; the others follow.</param>
/// <param name="Count">How many there are, at least one.</param>
/// <param name="Arguments">Their arguments, in which <see cref="IndexPlaceholder"/> stands for a child's index; null: those of the image.</param>
public sealed record ForkOrder(ResumeOrder Order, int FirstIndex, int Count, ImmutableArray<string>? Arguments)
{
    /// <summary>Stands for a child's index in its arguments.</summary>
    public const string IndexPlaceholder = "{index}";
}

using System.Collections.Immutable;

namespace QuicWasm.State;

/// <summary>Which parts an image has. Both ends of a migration cut granules from it, so it is all that they must agree on.</summary>
/// <param name="Id">Identity of the image: given at the freeze, unique.</param>
/// <param name="Parts">The parts, by number.</param>
public sealed record ImageLayout(Guid Id, ImmutableArray<ImagePart> Parts)
{
    /// <summary>Length of all parts together, in bytes.</summary>
    public ulong LengthBytes => Parts.Aggregate(0UL, (sum, part) => sum + part.LengthBytes);
}

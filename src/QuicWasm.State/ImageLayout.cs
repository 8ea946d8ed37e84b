using System.Collections.Immutable;

namespace QuicWasm.State;

/// <summary>Which parts an image has. Both ends of a migration cut granules from it, so it is all that they must agree on.</summary>
/// <param name="Id">Identity of the image: given at the freeze, unique.</param>
/// <param name="Parts">The parts, by number.</param>
public sealed record ImageLayout(Guid Id, ImmutableArray<ImagePart> Parts)
{
    /// <summary>Length of all parts together, in bytes.</summary>
    public ulong LengthBytes
    {
        get
        {
            ulong sum = 0;
            foreach (ImagePart part in Parts)
            {
                sum += part.LengthBytes;
            }

            return sum;
        }
    }

    /// <summary>The part of that number, when it holds the given range.</summary>
    /// <exception cref="ImageException">There is no such part, or the range is outside of it.</exception>
    public ImagePart Part(int number, ulong offset, ulong lengthBytes)
    {
        if ((uint)number >= (uint)Parts.Length)
        {
            throw new ImageException(ImageError.Corrupt, $"part {number} of an image of {Parts.Length} parts");
        }

        ImagePart part = Parts[number];
        return offset <= part.LengthBytes && lengthBytes <= part.LengthBytes - offset
            ? part
            : throw new ImageException(ImageError.Corrupt, $"{lengthBytes} bytes at offset {offset} of {part.Describe()}, which has {part.LengthBytes} bytes");
    }
}

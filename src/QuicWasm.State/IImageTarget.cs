namespace QuicWasm.State;

/// <summary>
/// Where an image's bytes arrive: a program that is being restored, or a file. Bytes may come in any order, each exactly once;
/// bytes of different ranges may come from several threads.
/// </summary>
public interface IImageTarget
{
    /// <summary>Takes bytes of a part; those of a memory go straight to their place.</summary>
    /// <param name="part">The part's number.</param>
    /// <param name="offset">Where in the part, in bytes.</param>
    /// <param name="bytes">The bytes.</param>
    /// <exception cref="ImageException">The range is outside of the part, or the part cannot be used.</exception>
    void Write(int part, ulong offset, ReadOnlySpan<byte> bytes);

    /// <summary>Takes bytes of a part that are all zero. Targets that begin with zeros do not touch them.</summary>
    /// <param name="part">The part's number.</param>
    /// <param name="offset">Where in the part, in bytes.</param>
    /// <param name="lengthBytes">How many.</param>
    /// <exception cref="ImageException">The range is outside of the part, or the part cannot be used.</exception>
    void WriteZeros(int part, ulong offset, ulong lengthBytes)
    {
        var zeros = new byte[(int)Math.Min(lengthBytes, 64 * 1024)];
        while (lengthBytes > 0)
        {
            int count = (int)Math.Min(lengthBytes, (ulong)zeros.Length);
            Write(part, offset, zeros.AsSpan(0, count));
            offset += (ulong)count;
            lengthBytes -= (ulong)count;
        }
    }
}

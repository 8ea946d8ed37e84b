namespace QuicWasm.State;

/// <summary>Fetches what a lazily resumed program touches for the first time.</summary>
public interface IPartFetcher
{
    /// <summary>
    /// Has the granules that hold these bytes written to the program's <see cref="IImageTarget"/>, and returns when that is done. Called on
    /// the program's thread. None of the bytes had arrived when it was called; where a prefetch may bring them at the same time, it is
    /// the fetcher that sees to it that each byte is written once.
    /// </summary>
    /// <param name="part">The part that was touched.</param>
    /// <param name="offset">Where, in bytes.</param>
    /// <param name="lengthBytes">How many bytes are needed; the fetcher may bring more.</param>
    /// <exception cref="QuicWasm.Runtime.TrapException">They could not be had within the deadline (PartUnavailable).</exception>
    void Fetch(int part, ulong offset, ulong lengthBytes);
}

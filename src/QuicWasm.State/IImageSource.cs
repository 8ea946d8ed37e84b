namespace QuicWasm.State;

/// <summary>An image whose parts can be read: a frozen program, or a file. Reads may come from several threads.</summary>
public interface IImageSource : IDisposable
{
    /// <summary>Which parts there are.</summary>
    ImageLayout Layout { get; }

    /// <summary>Reads bytes of a part.</summary>
    /// <param name="part">The part's number.</param>
    /// <param name="offset">Where in the part, in bytes.</param>
    /// <param name="destination">Filled with the bytes.</param>
    /// <exception cref="ImageException">The range is outside of the part, or the part cannot be read.</exception>
    void Read(int part, ulong offset, Span<byte> destination);

    /// <summary>How many bytes of a part are known to be zero from an offset on, without reading them; 0 where it is not known.</summary>
    /// <param name="part">The part's number.</param>
    /// <param name="offset">Where in the part, in bytes.</param>
    ulong KnownZeroBytes(int part, ulong offset) => 0;

    /// <summary>
    /// The compiled code of the image's modules, for an engine of an identity (<see cref="Runtime.IPortableCode"/>); nothing where there is none, as in a file.
    /// </summary>
    IReadOnlyList<byte[]> CompiledCode(string identity) => [];
}

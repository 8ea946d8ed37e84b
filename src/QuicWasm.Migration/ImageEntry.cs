namespace QuicWasm.Migration;

/// <summary>Who may take an image. The numbers are of the protocol.</summary>
public enum ImageState : byte
{
    /// <summary>Anybody may claim it.</summary>
    Available = 0,

    /// <summary>A node is on its way of taking it.</summary>
    Claimed = 1,

    /// <summary>A node owns the program. The image is kept until that node says that it needs it no more.</summary>
    Committed = 2,
}

/// <summary>An image that a memory node keeps.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Name">The program's name, for people.</param>
/// <param name="State">Who may take it.</param>
/// <param name="Epoch">How often it has been claimed.</param>
/// <param name="LengthBytes">Its length in bytes.</param>
public sealed record ImageEntry(Guid Id, string Name, ImageState State, ulong Epoch, ulong LengthBytes);

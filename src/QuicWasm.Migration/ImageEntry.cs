namespace QuicWasm.Migration;

/// <summary>An image that a memory node keeps.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Name">The program's name, for people.</param>
/// <param name="State">Who may take it.</param>
/// <param name="Epoch">How often it has been claimed.</param>
/// <param name="LengthBytes">Its length in bytes.</param>
public sealed record ImageEntry(Guid Id, string Name, ImageState State, ulong Epoch, ulong LengthBytes);

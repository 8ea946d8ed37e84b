namespace QuicWasm.Migration;

/// <summary>Bytes of one part.</summary>
/// <param name="Part">The part's number.</param>
/// <param name="Offset">Where in the part, in bytes.</param>
/// <param name="LengthBytes">How many bytes.</param>
public readonly record struct PartRange(int Part, ulong Offset, ulong LengthBytes);

namespace QuicWasm.Migration;

/// <summary>A stretch of a granule that has arrived: bytes, or so many zeros.</summary>
/// <param name="Body">The bytes; empty where they are zeros.</param>
/// <param name="ZeroBytes">How many zeros, or 0.</param>
/// <param name="ReadNs">How long the memory node took to read it.</param>
internal readonly record struct GranulePiece(ReadOnlyMemory<byte> Body, ulong ZeroBytes, uint ReadNs)
{
    public ulong LengthBytes => ZeroBytes > 0 ? ZeroBytes : (ulong)Body.Length;
}

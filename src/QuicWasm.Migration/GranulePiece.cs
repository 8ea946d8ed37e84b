namespace QuicWasm.Migration;

/// <summary>A stretch of a granule, or of several, that has arrived: bytes, or so many zeros.</summary>
/// <param name="Body">The bytes; empty where they are zeros.</param>
/// <param name="ZeroBytes">How many zeros, or 0.</param>
/// <param name="ReadNs">How long the memory node took to read it.</param>
internal readonly record struct GranulePiece(ReadOnlyMemory<byte> Body, ulong ZeroBytes, uint ReadNs)
{
    public ulong LengthBytes => ZeroBytes > 0 ? ZeroBytes : (ulong)Body.Length;

    /// <summary>Its first bytes, at most so many, and what is left.</summary>
    public (GranulePiece Before, GranulePiece After) SplitAt(ulong mostBytes) => mostBytes >= LengthBytes ? (this, default)
        : ZeroBytes > 0 ? (this with { ZeroBytes = mostBytes }, this with { ZeroBytes = ZeroBytes - mostBytes })
        : (this with { Body = Body[..(int)mostBytes] }, this with { Body = Body[(int)mostBytes..] });
}

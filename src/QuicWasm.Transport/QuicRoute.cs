using System.Buffers.Binary;

namespace QuicWasm.Transport;

/// <summary>A connection id of up to 20 bytes, as a key.</summary>
internal readonly record struct QuicRoute(UInt128 First, uint Rest, int LengthBytes)
{
    private const int MaxBytes = 20;

    public static QuicRoute Of(ReadOnlySpan<byte> id)
    {
        Span<byte> padded = stackalloc byte[MaxBytes];
        padded.Clear();
        id.CopyTo(padded);
        return new QuicRoute(BinaryPrimitives.ReadUInt128LittleEndian(padded), BinaryPrimitives.ReadUInt32LittleEndian(padded[16..]), id.Length);
    }
}

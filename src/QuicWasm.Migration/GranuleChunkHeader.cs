using System.Buffers.Binary;

namespace QuicWasm.Migration;

/// <summary>What stands before the bytes in a chunk of a granule. A granule travels as one chunk or several, in order.</summary>
internal readonly record struct GranuleChunkHeader(int Granule, ulong Offset, bool IsLast)
{
    public const int LengthBytes = 13;

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)Granule);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[4..], Offset);
        bytes[12] = IsLast ? (byte)1 : (byte)0;
    }

    /// <exception cref="MigrationException">It is cut short, or a field is out of its range.</exception>
    public static GranuleChunkHeader Read(ReadOnlySpan<byte> bytes)
    {
        MessageReader reader = new(MessageKind.GranuleChunk, bytes);
        uint granule = reader.UInt32();
        ulong offset = reader.UInt64();
        bool isLast = reader.Flag();
        return granule <= int.MaxValue
            ? new GranuleChunkHeader((int)granule, offset, isLast)
            : throw reader.Violation($"the granule {granule}");
    }
}

using System.Buffers.Binary;

namespace QuicWasm.Migration;

/// <summary>What stands before the bytes in a chunk of a granule: also how long the memory node took to read it. A granule travels as one chunk or several, in order.</summary>
internal readonly record struct GranuleChunkHeader(int Granule, ulong Offset, bool IsLast, uint ReadNs = 0)
{
    public const int LengthBytes = 17;

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)Granule);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[4..], Offset);
        bytes[12] = IsLast ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[13..], ReadNs);
    }

    /// <exception cref="MigrationException">It is cut short, or a field is out of its range.</exception>
    public static GranuleChunkHeader Read(ReadOnlySpan<byte> bytes)
    {
        MessageReader reader = new(MessageKind.GranuleChunk, bytes);
        uint granule = reader.UInt32();
        ulong offset = reader.UInt64();
        bool isLast = reader.Flag();
        uint readNs = reader.UInt32();
        return granule <= int.MaxValue
            ? new GranuleChunkHeader((int)granule, offset, isLast, readNs)
            : throw reader.Violation($"the granule {granule}");
    }
}

using System.Buffers.Binary;
using QuicWasm.Native;

namespace QuicWasm.Migration;

/// <summary>What stands before the bytes in a compressed chunk of a granule: as in a chunk, then the codec and how many bytes it was.</summary>
internal readonly record struct GranuleBlockHeader(GranuleChunkHeader Chunk, BlockCodec Codec, int PlainBytes)
{
    public const int LengthBytes = GranuleChunkHeader.LengthBytes + 5;

    public void Write(Span<byte> bytes)
    {
        Chunk.Write(bytes);
        bytes[GranuleChunkHeader.LengthBytes] = (byte)Codec;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[(GranuleChunkHeader.LengthBytes + 1)..], PlainBytes);
    }

    /// <exception cref="MigrationException">It is cut short, or a field is out of its range.</exception>
    public static GranuleBlockHeader Read(ReadOnlySpan<byte> bytes)
    {
        GranuleChunkHeader chunk = GranuleChunkHeader.Read(bytes[..GranuleChunkHeader.LengthBytes]);
        MessageReader reader = new(MessageKind.GranuleBlock, bytes[GranuleChunkHeader.LengthBytes..]);
        var codec = (BlockCodec)reader.Byte();
        uint plainBytes = reader.UInt32();
        return codec is BlockCodec.Lz4 or BlockCodec.Zstd && BlockCompression.IsHere(codec) && plainBytes is > 0 and <= ProtocolLimits.MaxChunkBytes
            ? new GranuleBlockHeader(chunk, codec, (int)plainBytes)
            : throw reader.Violation($"{plainBytes} bytes by codec {(byte)codec}");
    }
}

using System.Buffers.Binary;
using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>The head of a frame. The kind and flags mean what the protocol above says.</summary>
/// <param name="Kind">What the frame is.</param>
/// <param name="Flags">How to read it.</param>
/// <param name="RequestId">To which request it belongs.</param>
/// <param name="PayloadBytes">How many bytes follow the header.</param>
public readonly record struct FrameHeader(ushort Kind, ushort Flags, ulong RequestId, int PayloadBytes)
{
    /// <summary>How long a header is on the wire.</summary>
    public const int LengthBytes = 24;

    /// <summary>Writes the header. The frame's ordinal in its stream seeds the checksum, so a frame that is lost, doubled or out of order is found out.</summary>
    internal void Write(Span<byte> bytes, uint payloadChecksum, uint ordinal)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)PayloadBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[4..], Kind);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], Flags);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], RequestId);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], payloadChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[20..], Crc32C.Append(ordinal, bytes[..20]));
    }

    /// <summary>Reads a header, and checks it before anything in it is believed.</summary>
    internal static FrameHeader Read(ReadOnlySpan<byte> bytes, uint ordinal, int maxPayloadBytes, string source, out uint payloadChecksum)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]) != Crc32C.Append(ordinal, bytes[..20]))
        {
            throw new TransportException(TransportError.BadFrame, $"the header of frame {ordinal} of {source} is wrong: its checksum does not match, or it is out of order");
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (length > (uint)maxPayloadBytes)
        {
            throw new TransportException(TransportError.FrameTooLarge, $"frame {ordinal} of {source} has {length} bytes, and this node accepts {maxPayloadBytes}; raise its limit, or send smaller frames");
        }

        payloadChecksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
        return new FrameHeader(
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            (int)length);
    }
}

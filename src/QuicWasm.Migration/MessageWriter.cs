using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace QuicWasm.Migration;

/// <summary>Writes the fields of a message: the counterpart of <see cref="MessageReader"/>.</summary>
internal sealed class MessageWriter(IBufferWriter<byte> output)
{
    public void Byte(byte value) => Claim(1)[0] = value;

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Claim(2), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Claim(4), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Claim(8), value);

    public void Guid(Guid value) => value.TryWriteBytes(Claim(16));

    public void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    /// <summary>Writes a text, cut at a character where it is over the limit.</summary>
    public void Text(string value, int maximumBytes)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        int length = bytes.Length;
        if (length > maximumBytes)
        {
            length = maximumBytes;
            while ((bytes[length] & 0xc0) == 0x80)
            {
                length--;
            }
        }

        Varint((ulong)length);
        Bytes(bytes.AsSpan(0, length));
    }

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Claim(value.Length));

    private Span<byte> Claim(int length)
    {
        Span<byte> span = output.GetSpan(Math.Max(length, 1))[..length];
        output.Advance(length);
        return span;
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace QuicWasm.State;

/// <summary>Builds the bytes of a part: little endian, counts as unsigned LEB128 (docs/state-image.md).</summary>
internal sealed class ImageWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public int Length => _buffer.WrittenCount;

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public void Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
    }

    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    public void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    /// <summary>A count or an index; never negative.</summary>
    public void Number(int value) => Varint(checked((uint)value));

    /// <summary>A number that may be -1, as one more than itself.</summary>
    public void OptionalNumber(int value) => Varint((ulong)(value + 1L));

    public void Text(string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        Number(bytes.Length);
        Bytes(bytes);
    }

    public void Bytes(ReadOnlySpan<byte> value) => _buffer.Write(value);

    public void Slots(ReadOnlySpan<ulong> slots)
    {
        foreach (ulong slot in slots)
        {
            UInt64(slot);
        }
    }

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();
}

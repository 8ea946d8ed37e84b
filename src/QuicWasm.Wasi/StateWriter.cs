using System.Buffers;
using System.Buffers.Binary;

namespace QuicWasm.Wasi;

/// <summary>Writes a state: numbers little-endian, bytes behind their length.</summary>
internal sealed class StateWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public void U8(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    public void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
    }

    public void U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        U32((uint)value.Length);
        _buffer.Write(value);
    }

    public void Raw(ReadOnlySpan<byte> value) => _buffer.Write(value);

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();
}

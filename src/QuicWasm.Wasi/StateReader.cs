using System.Buffers.Binary;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>Reads a state that may be hostile: every length and count is checked before anything is allocated for it.</summary>
internal ref struct StateReader(ReadOnlySpan<byte> state)
{
    private readonly ReadOnlySpan<byte> _state = state;
    private int _offset;

    public readonly bool IsAtEnd => _offset == _state.Length;

    public byte U8() => Take(1)[0];

    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public byte[] Raw(int lengthBytes) => Take((uint)lengthBytes).ToArray();

    /// <summary>Bytes behind their length.</summary>
    public byte[] Bytes() => Take(U32()).ToArray();

    /// <summary>Bytes behind their length, without a zero.</summary>
    public byte[] Text()
    {
        byte[] bytes = Bytes();
        Check(!bytes.AsSpan().Contains((byte)0), "a zero in a text");
        return bytes;
    }

    /// <summary>A count of things that take at least so many bytes each.</summary>
    public int Count(int leastBytes)
    {
        uint count = U32();
        Check((long)count * leastBytes <= _state.Length - _offset, $"{count} things in {_state.Length - _offset} bytes");
        return (int)count;
    }

    public readonly void Check(bool condition, string what)
    {
        if (!condition)
        {
            throw new HostStateException($"the WASI state is malformed at byte {_offset}: {what}");
        }
    }

    private ReadOnlySpan<byte> Take(uint lengthBytes)
    {
        Check(lengthBytes <= (uint)(_state.Length - _offset), $"{lengthBytes} bytes are asked for, {_state.Length - _offset} are left");
        ReadOnlySpan<byte> taken = _state.Slice(_offset, (int)lengthBytes);
        _offset += (int)lengthBytes;
        return taken;
    }
}

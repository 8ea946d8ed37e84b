using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace QuicWasm.Modules;

/// <summary>
/// Reads the elements of the binary format from bytes: numbers (spec: binary/values), types and instructions. Every method throws
/// <see cref="ModuleException"/> (Malformed) where the bytes end too early or break the format.
/// </summary>
/// <param name="bytes">The bytes to read.</param>
/// <param name="baseOffset">Where they begin in the binary, for messages.</param>
public ref partial struct CodeReader(ReadOnlySpan<byte> bytes, long baseOffset = 0)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly long _baseOffset = baseOffset;

    /// <summary>The next byte to read, counted from the beginning of the bytes.</summary>
    public int Position { get; set; }

    /// <summary>How many bytes there are in all.</summary>
    public readonly int Length => _bytes.Length;

    /// <summary>How many bytes are left.</summary>
    public readonly int Remaining => _bytes.Length - Position;

    /// <summary>Whether all bytes are read.</summary>
    public readonly bool AtEnd => Position >= _bytes.Length;

    /// <summary>The position in the binary, for messages.</summary>
    public readonly long Offset => _baseOffset + Position;

    /// <summary>Reads a byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte ReadByte()
    {
        int position = Position;
        if ((uint)position >= (uint)_bytes.Length)
        {
            throw UnexpectedEnd();
        }

        Position = position + 1;
        return _bytes[position];
    }

    /// <summary>The next byte, which is not consumed.</summary>
    public readonly byte PeekByte() => (uint)Position < (uint)_bytes.Length ? _bytes[Position] : throw UnexpectedEnd();

    /// <summary>Reads bytes; the result is a part of the reader's own bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if ((uint)count > (uint)Remaining)
        {
            throw UnexpectedEnd();
        }

        ReadOnlySpan<byte> result = _bytes.Slice(Position, count);
        Position += count;
        return result;
    }

    /// <summary>Passes over bytes.</summary>
    public void Skip(int count) => _ = ReadBytes(count);

    /// <summary>Reads an unsigned LEB128 number of 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint ReadU32()
    {
        int position = Position;
        if ((uint)position < (uint)_bytes.Length && _bytes[position] < 0x80)
        {
            Position = position + 1;
            return _bytes[position];
        }

        return (uint)ReadUnsigned(32);
    }

    /// <summary>Reads an unsigned LEB128 number of 64 bits.</summary>
    public ulong ReadU64() => ReadUnsigned(64);

    /// <summary>Reads a signed LEB128 number of 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ReadS32()
    {
        int position = Position;
        if ((uint)position < (uint)_bytes.Length && _bytes[position] < 0x80)
        {
            Position = position + 1;
            return _bytes[position] << 25 >> 25;
        }

        return (int)ReadSigned(32);
    }

    /// <summary>Reads a signed LEB128 number of 33 bits.</summary>
    public long ReadS33() => ReadSigned(33);

    /// <summary>Reads a signed LEB128 number of 64 bits.</summary>
    public long ReadS64() => ReadSigned(64);

    /// <summary>Reads the bits of an f32.</summary>
    public uint ReadF32Bits() => BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(4));

    /// <summary>Reads the bits of an f64.</summary>
    public ulong ReadF64Bits() => BinaryPrimitives.ReadUInt64LittleEndian(ReadBytes(8));

    /// <summary>Reads a v128.</summary>
    public UInt128 ReadV128() => BinaryPrimitives.ReadUInt128LittleEndian(ReadBytes(16));

    /// <summary>An exception for what is wrong at the current position.</summary>
    internal readonly ModuleException Error(ModuleError error, string detail) => new(error, Offset, detail);

    /// <summary>An exception for bytes that break the format at the current position.</summary>
    internal readonly ModuleException Malformed(string detail) => new(ModuleError.Malformed, Offset, detail);

    private readonly ModuleException UnexpectedEnd() =>
        new(ModuleError.Malformed, _baseOffset + _bytes.Length, "unexpected end of section or function");

    // The checks and their order are those of the specification's reference decoder.
    private ulong ReadUnsigned(int bits)
    {
        ulong result = 0;
        for (int shift = 0; shift < bits; shift += 7)
        {
            byte value = ReadByte();
            int left = bits - shift;
            if (left < 7 && (value & 0x7F) >> left != 0)
            {
                throw new ModuleException(ModuleError.Malformed, Offset - 1, "integer too large");
            }

            result |= (ulong)(value & 0x7F) << shift;
            if (value < 0x80)
            {
                return result;
            }
        }

        throw Malformed("integer representation too long");
    }

    private long ReadSigned(int bits)
    {
        long result = 0;
        for (int shift = 0; shift < bits; shift += 7)
        {
            byte value = ReadByte();
            int left = bits - shift;
            if (left < 7)
            {
                // The bits above the sign bit must repeat it.
                int mask = (-1 << (left - 1)) & 0x7F;
                if ((value & mask) != 0 && (value & mask) != mask)
                {
                    throw new ModuleException(ModuleError.Malformed, Offset - 1, "integer too large");
                }
            }

            result |= (long)(value & 0x7F) << shift;
            if (value < 0x80)
            {
                int unused = 64 - shift - 7;
                return unused > 0 ? result << unused >> unused : result;
            }
        }

        throw Malformed("integer representation too long");
    }
}

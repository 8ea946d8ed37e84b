using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace QuicWasm.State;

/// <summary>
/// Reads what <see cref="ImageWriter"/> wrote. Every count is checked against the bytes that are left before anything is
/// allocated for it.
/// </summary>
internal ref struct ImageReader(ReadOnlySpan<byte> bytes, string what)
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    public readonly int Remaining => _bytes.Length - _position;

    public byte Byte() => Bytes(1)[0];

    public bool Flag()
    {
        byte value = Byte();
        return value <= 1 ? value == 1 : throw Corrupt($"a flag of {value}");
    }

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    public ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte();
            if (shift == 63 && next > 1)
            {
                break;
            }

            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Corrupt("a number of more than 64 bits");
    }

    /// <summary>A count or an index up to a limit.</summary>
    public int Number(int maximum = int.MaxValue)
    {
        ulong value = Varint();
        return maximum >= 0 && value <= (ulong)maximum ? (int)value : throw Corrupt($"{value} where at most {maximum} is possible");
    }

    /// <summary>A number that may be -1.</summary>
    public int OptionalNumber()
    {
        ulong value = Varint();
        return value <= int.MaxValue ? (int)value - 1 : throw Corrupt($"the number {value}");
    }

    /// <summary>A count of things that take at least <paramref name="leastBytes"/> bytes each.</summary>
    public int Count(int leastBytes)
    {
        ulong value = Varint();
        return value <= (ulong)(Remaining / leastBytes) ? (int)value : throw Corrupt($"a count of {value} where {Remaining} bytes are left");
    }

    public string Text()
    {
        ReadOnlySpan<byte> text = Bytes(Count(1));
        try
        {
            return Utf8.GetString(text);
        }
        catch (DecoderFallbackException e)
        {
            throw new ImageException(ImageError.Corrupt, $"{what}: a name is not UTF-8", e);
        }
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > Remaining)
        {
            throw Corrupt($"it ends at byte {_bytes.Length}, where more is needed");
        }

        ReadOnlySpan<byte> result = _bytes.Slice(_position, count);
        _position += count;
        return result;
    }

    public ImmutableArray<ulong> Slots(int count)
    {
        if (count > Remaining / 8)
        {
            throw Corrupt($"{count} slots where {Remaining} bytes are left");
        }

        var slots = new ulong[count];
        for (int i = 0; i < count; i++)
        {
            slots[i] = UInt64();
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(slots);
    }

    /// <summary>Reads the version that begins a part.</summary>
    public void Version(ulong known) => Version(known, known);

    /// <summary>Reads the version that begins a part, of which several can be read.</summary>
    public ulong Version(ulong oldest, ulong newest)
    {
        ulong version = Varint();
        return version >= oldest && version <= newest ? version : throw new ImageException(
            version > newest ? ImageError.UnknownVersion : ImageError.Corrupt,
            $"{what} has version {version}; this build reads version {(oldest == newest ? $"{newest}" : $"{oldest} to {newest}")}");
    }

    /// <summary>Checks that nothing is left.</summary>
    public readonly void End()
    {
        if (Remaining != 0)
        {
            throw Corrupt($"{Remaining} bytes are left at its end");
        }
    }

    public readonly ImageException Corrupt(string detail) => new(ImageError.Corrupt, $"{what}, at byte {_position}: {detail}");
}

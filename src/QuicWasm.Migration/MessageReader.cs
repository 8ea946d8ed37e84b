using System.Buffers.Binary;
using System.Text;

namespace QuicWasm.Migration;

/// <summary>Reads the fields of a message. Every read checks that the bytes are there; the end checks that none is left.</summary>
internal ref struct MessageReader(MessageKind kind, ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, true);
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public Guid Guid() => new(Take(16));

    public bool Flag() => Byte() switch
    {
        0 => false,
        1 => true,
        byte other => throw Violation($"a flag of value {other}"),
    };

    /// <summary>A number of 1 to 10 bytes, 7 bits each, low bits first, in its shortest form.</summary>
    public ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = Byte();
            if (shift == 63 && next > 1)
            {
                throw Violation("a number of more than 64 bits");
            }

            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return next == 0 && shift > 0 ? throw Violation("a number that is not in its shortest form") : value;
            }
        }
    }

    /// <summary>A number that must not be over a limit.</summary>
    public int Count(int maximum, string what)
    {
        ulong value = Varint();
        return value <= (ulong)maximum ? (int)value : throw Violation($"{value} {what}; at most {maximum} are allowed");
    }

    /// <summary>A text: its length in bytes, then UTF-8.</summary>
    public string Text(int maximumBytes)
    {
        int length = Count(maximumBytes, "bytes of text");
        try
        {
            return StrictUtf8.GetString(Take(length));
        }
        catch (ArgumentException)
        {
            throw Violation("text that is not UTF-8");
        }
    }

    /// <summary>The next bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int length) => Take(length);

    /// <summary>What has not been read.</summary>
    public ReadOnlySpan<byte> Rest() => Take(_bytes.Length - _position);

    public readonly void End()
    {
        if (_position != _bytes.Length)
        {
            throw Violation($"{_bytes.Length - _position} bytes after its end");
        }
    }

    public readonly MigrationException Violation(string what) =>
        new(MigrationError.ProtocolViolation, $"message {kind}: {what} (before byte {_position})");

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _bytes.Length - _position)
        {
            throw Violation($"it is cut short: {length} more bytes were expected, {_bytes.Length - _position} are there");
        }

        ReadOnlySpan<byte> taken = _bytes.Slice(_position, length);
        _position += length;
        return taken;
    }
}

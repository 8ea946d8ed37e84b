using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>CRC-32C (Castagnoli; RFC 3720, B.4) by the processor's instruction, three blocks at a time since one instruction waits for the one before.</summary>
public static class Crc32C
{
    private const int BlockBytes = 1024;

    /// <summary>For each byte of a checksum, what it becomes after <see cref="BlockBytes"/> more zero bytes.</summary>
    private static readonly uint[] Shift = MakeShift();

    /// <summary>The checksum of what came before and of <paramref name="bytes"/>; begin with 0.</summary>
    /// <remarks>Optimised at its first call: transfers are often over before the runtime would see that this is hot.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var crc = ~checksum;
        while (bytes.Length >= 3 * BlockBytes)
        {
            crc = AppendThreeBlocks(crc, MemoryMarshal.Cast<byte, ulong>(bytes[..(3 * BlockBytes)]));
            bytes = bytes[(3 * BlockBytes)..];
        }

        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, Little(word));
        }

        foreach (var value in bytes[(words.Length * 8)..])
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint AppendThreeBlocks(uint crc, ReadOnlySpan<ulong> words)
    {
        const int Words = BlockBytes / 8;
        uint second = 0, third = 0;
        var a = words[..Words];
        var b = words.Slice(Words, Words);
        var c = words.Slice(2 * Words, Words);
        for (var index = 0; index < Words; index++)
        {
            crc = BitOperations.Crc32C(crc, Little(a[index]));
            second = BitOperations.Crc32C(second, Little(b[index]));
            third = BitOperations.Crc32C(third, Little(c[index]));
        }

        return ShiftBlock(ShiftBlock(crc) ^ second) ^ third;
    }

    private static ulong Little(ulong word) => BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word);

    private static uint ShiftBlock(uint crc) =>
        Shift[crc & 0xff] ^ Shift[256 + ((crc >> 8) & 0xff)] ^ Shift[512 + ((crc >> 16) & 0xff)] ^ Shift[768 + (crc >> 24)];

    private static uint[] MakeShift()
    {
        var table = new uint[1024];
        for (var index = 0; index < table.Length; index++)
        {
            var crc = (uint)(index % 256) << (index / 256 * 8);
            for (var word = 0; word < BlockBytes / 8; word++)
            {
                crc = BitOperations.Crc32C(crc, 0UL);
            }

            table[index] = crc;
        }

        return table;
    }
}

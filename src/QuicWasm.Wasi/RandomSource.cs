using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace QuicWasm.Wasi;

/// <summary>
/// The key stream of ChaCha20 (RFC 8439, with a 64-bit counter and no nonce). Key and position are all its state, so it goes
/// on at another host, and with the same seed it is the same everywhere.
/// </summary>
internal sealed class RandomSource(byte[] key, ulong position)
{
    public const int KeyBytes = 32;

    private const int BlockBytes = 64;

    private readonly byte[] _block = new byte[BlockBytes];
    private ulong _blockIndex = ulong.MaxValue;

    public byte[] Key { get; } = key;

    /// <summary>How many bytes were taken.</summary>
    public ulong Position { get; private set; } = position;

    public static RandomSource FromSeed(ulong? seed)
    {
        byte[] key = new byte[KeyBytes];
        if (seed is { } number)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(key, number);
        }
        else
        {
            RandomNumberGenerator.Fill(key);
        }

        return new RandomSource(key, 0);
    }

    public void Fill(Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            if (Position / BlockBytes != _blockIndex)
            {
                _blockIndex = Position / BlockBytes;
                Compute(_blockIndex);
            }

            ReadOnlySpan<byte> left = _block.AsSpan((int)(Position % BlockBytes));
            int length = Math.Min(left.Length, target.Length);
            left[..length].CopyTo(target);
            target = target[length..];
            Position += (ulong)length;
        }
    }

    private static void QuarterRound(Span<uint> x, int a, int b, int c, int d)
    {
        x[a] += x[b];
        x[d] = BitOperations.RotateLeft(x[d] ^ x[a], 16);
        x[c] += x[d];
        x[b] = BitOperations.RotateLeft(x[b] ^ x[c], 12);
        x[a] += x[b];
        x[d] = BitOperations.RotateLeft(x[d] ^ x[a], 8);
        x[c] += x[d];
        x[b] = BitOperations.RotateLeft(x[b] ^ x[c], 7);
    }

    private void Compute(ulong index)
    {
        Span<uint> start = stackalloc uint[16];
        start.Clear();
        for (int i = 0; i < 4; i++)
        {
            start[i] = BinaryPrimitives.ReadUInt32LittleEndian("expand 32-byte k"u8[(4 * i)..]);
        }

        for (int i = 0; i < 8; i++)
        {
            start[4 + i] = BinaryPrimitives.ReadUInt32LittleEndian(Key.AsSpan(4 * i));
        }

        start[12] = (uint)index;
        start[13] = (uint)(index >> 32);
        Span<uint> x = stackalloc uint[16];
        start.CopyTo(x);
        for (int round = 0; round < 10; round++)
        {
            for (int i = 0; i < 4; i++)
            {
                QuarterRound(x, i, 4 + i, 8 + i, 12 + i);
            }

            for (int i = 0; i < 4; i++)
            {
                QuarterRound(x, i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4));
            }
        }

        for (int i = 0; i < 16; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_block.AsSpan(4 * i), x[i] + start[i]);
        }
    }
}

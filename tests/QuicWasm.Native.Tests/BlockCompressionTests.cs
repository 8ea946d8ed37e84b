namespace QuicWasm.Native.Tests;

/// <summary>Blocks come back as they were, and hostile ones are refused within their bounds.</summary>
public sealed class BlockCompressionTests
{
    private const int GuardBytes = 64;

    public static TheoryData<BlockCodec> Codecs => [BlockCodec.Lz4, BlockCodec.Zstd];

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_block_comes_back_as_it_was(BlockCodec codec)
    {
        using BlockCompression compression = Here(codec);
        foreach (int length in new[] { 1, 100, 4096, 65536, 1 << 20 })
        {
            byte[] block = Text(length, length);
            byte[] packed = new byte[(2 * length) + 1024];
            int count = compression.Compress(codec, block, packed);
            Assert.True(count > 0 && (length < 4096 || count < length / 2), $"{length} bytes became {count}");
            byte[] back = new byte[length];
            Assert.True(compression.TryDecompress(codec, packed.AsSpan(0, count), back));
            Assert.Equal(block, back);
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_block_that_does_not_shrink_does_not_fit(BlockCodec codec)
    {
        using BlockCompression compression = Here(codec);
        byte[] noise = new byte[4096];
        new Random(1).NextBytes(noise);
        Assert.Equal(0, compression.Compress(codec, noise, new byte[noise.Length - 1]));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_block_of_another_length_than_was_said_is_refused(BlockCodec codec)
    {
        using BlockCompression compression = Here(codec);
        byte[] packed = new byte[8192];
        int count = compression.Compress(codec, new byte[4096], packed);
        Assert.False(compression.TryDecompress(codec, packed.AsSpan(0, count), new byte[4095]));
        Assert.False(compression.TryDecompress(codec, packed.AsSpan(0, count), new byte[4097]));
        Assert.False(compression.TryDecompress(codec, packed.AsSpan(0, count - 1), new byte[4096]));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Mutated_blocks_write_nothing_past_their_end(BlockCodec codec)
    {
        using BlockCompression compression = Here(codec);
        Random random = new(7);
        byte[] packed = new byte[16384];
        byte[] room = new byte[4096 + GuardBytes];
        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            int count = compression.Compress(codec, Text(4096, round % 16), packed);
            byte[] mutated = packed[..random.Next(1, count + 1)];
            for (int changes = random.Next(1, 6); changes > 0; changes--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            room.AsSpan().Fill(0xA5);
            refused += compression.TryDecompress(codec, mutated, room.AsSpan(0, 4096)) ? 0 : 1;
            Assert.True(room.AsSpan(4096).IndexOfAnyExcept((byte)0xA5) < 0, $"round {round} wrote past the end");
        }

        Assert.True(refused > 10_000, $"{refused} were refused");
    }

    private static BlockCompression Here(BlockCodec codec)
    {
        if (!BlockCompression.IsHere(codec))
        {
            bool isRequired = (Environment.GetEnvironmentVariable("QUICWASM_REQUIRE") ?? "").Split(',').Contains(codec.ToString().ToLowerInvariant());
            Assert.False(isRequired, BlockCompression.Advice(codec));
            Assert.Skip($"{codec} is not here; {BlockCompression.Advice(codec)}");
        }

        return new BlockCompression();
    }

    /// <summary>Bytes of few values, in runs, as programs have them.</summary>
    private static byte[] Text(int length, int seed)
    {
        Random random = new(seed);
        byte[] words = new byte[512];
        random.NextBytes(words);
        byte[] text = new byte[length];
        for (int at = 0; at < length; at += 32)
        {
            words.AsSpan(32 * random.Next(16), Math.Min(32, length - at)).CopyTo(text.AsSpan(at));
        }

        return text;
    }
}

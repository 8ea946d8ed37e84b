namespace QuicWasm.Transport.Tests;

public sealed class Crc32CTests
{
    [Fact]
    public void Known_values_of_RFC_3720()
    {
        Assert.Equal(0xE3069283u, Crc32C.Append(0, "123456789"u8));
        Assert.Equal(0x8A9136AAu, Crc32C.Append(0, new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Append(0, Enumerable.Repeat((byte)0xff, 32).ToArray()));
        Assert.Equal(0u, Crc32C.Append(0, []));
    }

    [Fact]
    public void Any_length_and_any_cut_give_the_bitwise_result()
    {
        var bytes = Streams.RandomBytes(1, 20_000);
        foreach (var length in new[] { 0, 1, 7, 8, 9, 1023, 1024, 3071, 3072, 3073, 6144, 10_000, 20_000 })
        {
            var expected = Bitwise(bytes.AsSpan(0, length));
            Assert.Equal(expected, Crc32C.Append(0, bytes.AsSpan(0, length)));
            var cut = length / 3;
            Assert.Equal(expected, Crc32C.Append(Crc32C.Append(0, bytes.AsSpan(0, cut)), bytes.AsSpan(cut, length - cut)));
        }
    }

    private static uint Bitwise(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78u);
            }
        }

        return ~crc;
    }
}

namespace QuicWasm.Native.Tests;

public sealed class Crc32CTests
{
    [Fact]
    public void The_check_value_of_the_catalogue_comes_out() => Assert.Equal(0xE3069283u, Crc32C.Append(0, "123456789"u8));

    [Fact]
    public void Bytes_may_come_in_any_pieces()
    {
        var bytes = new byte[20_000];
        new Random(3).NextBytes(bytes);
        uint whole = Crc32C.Append(0, bytes);
        foreach (int piece in (int[])[1, 7, 1024, 3072, 3073, 9999])
        {
            uint checksum = 0;
            foreach (byte[] chunk in bytes.Chunk(piece))
            {
                checksum = Crc32C.Append(checksum, chunk);
            }

            Assert.Equal(whole, checksum);
        }
    }
}

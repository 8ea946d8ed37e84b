namespace QuicWasm.State.Tests;

public sealed class ReceivedRangesTests
{
    [Fact]
    public void Ranges_are_known_as_a_plain_list_of_bytes_would_know_them()
    {
        const int Length = 4096 * 5 + 1234;
        var random = new Random(7);
        var ranges = new ReceivedRanges(Length);
        var bytes = new bool[Length];
        for (int i = 0; i < 3000; i++)
        {
            int offset = random.Next(Length);
            int length = Math.Min(Length - offset, random.Next(4) == 0 ? random.Next(9000) : random.Next(1, 60));
            bool isNew = !bytes.AsSpan(offset, length).Contains(true);
            if (isNew)
            {
                Assert.True(ranges.TryAdd((ulong)offset, (ulong)length));
                bytes.AsSpan(offset, length).Fill(true);
            }

            AssertFirstMissing(ranges, bytes, random.Next(Length), Length);
        }
    }

    [Fact]
    public void A_range_that_overlaps_another_is_refused()
    {
        var ranges = new ReceivedRanges(10_000);
        Assert.True(ranges.TryAdd(100, 50));
        Assert.False(ranges.TryAdd(149, 1));
        Assert.False(ranges.TryAdd(0, 4096));
        Assert.False(ranges.TryAdd(90, 11));
        Assert.True(ranges.TryAdd(150, 3946));
        Assert.True(ranges.TryAdd(0, 100));
        Assert.False(ranges.TryAdd(0, 4096));
        Assert.True(ranges.TryAdd(8192, 1808));
        Assert.False(ranges.TryAdd(9999, 1));
        Assert.Equal((4096UL, 4096UL), ranges.FirstMissing(0, 10_000));
    }

    private static void AssertFirstMissing(ReceivedRanges ranges, bool[] bytes, int offset, int end)
    {
        int start = offset;
        while (start < end && bytes[start])
        {
            start++;
        }

        int stop = start;
        while (stop < end && !bytes[stop])
        {
            stop++;
        }

        Assert.Equal(((ulong)start, (ulong)(stop - start)), ranges.FirstMissing((ulong)offset, (ulong)end));
    }
}

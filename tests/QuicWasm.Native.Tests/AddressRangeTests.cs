using System.Globalization;

namespace QuicWasm.Native.Tests;

public sealed unsafe class AddressRangeTests
{
    private static readonly ulong Page = AddressRange.PageBytes;

    [Fact]
    public void Reserving_far_more_than_memory_costs_nothing()
    {
        using var range = AddressRange.Reserve(64UL << 30);
        Assert.Equal(64UL << 30, range.LengthBytes);
        Assert.Equal(0UL, (ulong)range.Base % Page);
    }

    [Fact]
    public void Length_is_rounded_up_to_pages()
    {
        using var range = AddressRange.Reserve(Page + 1);
        Assert.Equal(2 * Page, range.LengthBytes);
    }

    [Fact]
    public void Committed_bytes_are_zero_and_writable_to_the_last()
    {
        using var range = AddressRange.Reserve(16 * Page);
        range.Commit(3 * Page, 2 * Page);
        var bytes = new Span<byte>(range.Base + (3 * Page), (int)(2 * Page));
        Assert.Equal(-1, bytes.IndexOfAnyExcept((byte)0));
        bytes.Fill(0xa5);
        Assert.Equal(-1, bytes.IndexOfAnyExcept((byte)0xa5));
    }

    [Fact]
    public void Committing_again_keeps_the_contents()
    {
        using var range = AddressRange.Reserve(4 * Page);
        range.Commit(0, Page);
        range.Base[7] = 42;
        range.Commit(0, 4 * Page);
        Assert.Equal(42, range.Base[7]);
        Assert.Equal(0, range.Base[(4 * Page) - 1]);
    }

    [Fact]
    public void Decommitted_pages_are_zero_after_the_next_commit_and_neighbours_are_kept()
    {
        using var range = AddressRange.Reserve(4 * Page);
        range.Commit(0, 4 * Page);
        new Span<byte>(range.Base, (int)(4 * Page)).Fill(9);
        range.Decommit(Page, 2 * Page);
        range.Commit(Page, 2 * Page);
        Assert.Equal(9, range.Base[Page - 1]);
        Assert.Equal(-1, new Span<byte>(range.Base + Page, (int)(2 * Page)).IndexOfAnyExcept((byte)0));
        Assert.Equal(9, range.Base[3 * Page]);
    }

    [Fact]
    public void Only_committed_pages_are_accessible()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc/self/maps");
        using var range = AddressRange.Reserve(4 * Page);
        range.Commit(Page, 2 * Page);
        range.Decommit(2 * Page, Page);
        Assert.Equal(["---p", "rw-p", "---p", "---p"], Enumerable.Range(0, 4).Select(page => Protection((ulong)range.Base + ((ulong)page * Page))));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public void Parts_of_pages_are_refused(ulong offset, ulong length)
    {
        using var range = AddressRange.Reserve(4 * Page);
        Assert.Throws<ArgumentException>(() => range.Commit(offset, length));
        Assert.Throws<ArgumentException>(() => range.Decommit(offset, length));
    }

    [Fact]
    public void Bytes_outside_the_range_are_refused()
    {
        using var range = AddressRange.Reserve(4 * Page);
        Assert.Throws<ArgumentOutOfRangeException>(() => range.Commit(0, 5 * Page));
        Assert.Throws<ArgumentOutOfRangeException>(() => range.Commit(5 * Page, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => range.Decommit(Page, 4 * Page));
        Assert.Throws<ArgumentOutOfRangeException>(() => range.Commit(Page, ulong.MaxValue & ~(Page - 1)));
        range.Commit(4 * Page, 0);
    }

    [Fact]
    public void Use_after_dispose_is_refused()
    {
        var range = AddressRange.Reserve(Page);
        range.Dispose();
        range.Dispose();
        Assert.Throws<ObjectDisposedException>(() => range.Commit(0, Page));
        Assert.Throws<ObjectDisposedException>(() => (nint)range.Base);
    }

    [Fact]
    public void Exhausted_address_space_is_a_native_exception()
    {
        var exception = Assert.Throws<NativeException>(() => AddressRange.Reserve(1UL << 60));
        Assert.Equal(NativeError.OutOfMemory, exception.Error);
        Assert.NotEqual(0, exception.Errno);
        Assert.Contains("address space", exception.Message, StringComparison.Ordinal);
    }

    private static string Protection(ulong address)
    {
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var bounds = line[..line.IndexOf(' ', StringComparison.Ordinal)].Split('-');
            if (address >= ulong.Parse(bounds[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                && address < ulong.Parse(bounds[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            {
                return line.Split(' ')[1];
            }
        }

        return "unmapped";
    }
}

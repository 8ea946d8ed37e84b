namespace QuicWasm.Native.Tests;

/// <summary>Views that are made ready elsewhere, and put in the place of private ones.</summary>
public sealed unsafe class ReadyViewTests
{
    private static readonly ulong Page = AddressRange.PageBytes;

    public ReadyViewTests() => Skip.Unless("uffd", OperatingSystem.IsLinux(), "memory files are of Linux");

    [Theory]
    [InlineData(16UL, 4096UL)]
    [InlineData(16UL, 1UL << 30)]
    [InlineData(1024UL, 1UL << 30)]
    public void The_bytes_of_the_place_are_the_files_and_every_page_of_the_file_is_mapped(ulong pages, ulong alignmentBytes)
    {
        using MemoryFile file = MemoryFile.Create("test", pages * Page);
        file.Write(0, new byte[3 * Page]);
        file.Write(2 * Page, [42]);
        file.Write((pages - 1) * Page, [43]);
        using AddressRange range = AddressRange.Reserve(2 * pages * Page, alignmentBytes);
        range.MapFile(0, file, isPrivate: true);
        byte* place = range.Base;
        Assert.Equal(42, place[2 * Page]);
        place[0] = 9;
        file.Write(0, [9]);

        range.Replace(0, AddressRange.MapReady(file), file);

        (ulong, ulong)[] ofFile = [(range.Address, 3 * Page), (range.Address + ((pages - 1) * Page), Page)];
        using (PagemapScan scan = new())
        {
            Assert.Equal(ofFile, scan.Find(range.Address, pages * Page, PageCategories.Present | PageCategories.OfFile));
        }

        Assert.Empty(PrivatePages.Find(range.Address, pages * Page));
        Assert.Equal([9, 42, 0, 43], new[] { place[0], place[2 * Page], place[4 * Page], place[(pages - 1) * Page] });
        place[4 * Page] = 44;
        byte[] read = new byte[1];
        file.Read(4 * Page, read);
        Assert.Equal(44, read[0]);
    }

    [Fact]
    public void What_lies_behind_the_place_stays()
    {
        using MemoryFile file = MemoryFile.Create("test", 4 * Page);
        using AddressRange range = AddressRange.Reserve(8 * Page);
        range.MapFile(Page, file, isPrivate: true);
        range.Commit(5 * Page, Page);
        range.Base[5 * Page] = 7;
        range.Replace(Page, AddressRange.MapReady(file), file);
        range.Base[Page] = 8;
        Assert.Equal(7, range.Base[5 * Page]);
    }
}

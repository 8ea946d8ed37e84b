using QuicWasm.Native;

namespace QuicWasm.Migration.Tests;

/// <summary>The file of one memory, as a pager fills it.</summary>
public sealed class PagedMemoryTests
{
    private const int Page = 4096;

    [Fact]
    public void What_comes_once_more_when_a_memory_is_complete_changes_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory files are of Linux");
        using MemoryFile file = MemoryFile.Create("test", 4 * Page);
        using var memory = new PagedMemory(file);
        var lane = new PageAssembly();
        byte[] bytes = [.. Enumerable.Repeat((byte)7, 4 * Page)];
        memory.Write(lane, 0, bytes.AsSpan(0, Page + 5));
        memory.Close();
        file.Write(Page, [1]);
        memory.Write(lane, Page + 5, bytes.AsSpan(Page + 5));
        memory.WriteZeros(new PageAssembly(), 0, 2 * Page, mayStayAway: false);
        byte[] read = new byte[4 * Page];
        file.Read(0, read);
        Assert.Equal([.. bytes.AsSpan(0, Page), 1, .. new byte[(3 * Page) - 1]], read);
    }
}

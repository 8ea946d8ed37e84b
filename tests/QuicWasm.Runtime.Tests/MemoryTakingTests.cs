using QuicWasm.Native;

namespace QuicWasm.Runtime.Tests;

/// <summary>A memory that was mapped privately takes its file back, and loses nothing by it.</summary>
public sealed class MemoryTakingTests : IDisposable
{
    private const ulong Page = 4096, Pages = 64;

    private readonly SystemMemorySource _source = new();
    private readonly MemoryFile _file;
    private readonly MemoryBacking _memory;

    public MemoryTakingTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory files are of Linux");
        _file = MemoryFile.Create("test", Pages * Page);
        for (ulong page = 0; page < Pages; page++)
        {
            _file.Write(page * Page, [(byte)(page + 1)]);
        }

        _memory = new MemoryBacking(_source.Reserve(1UL << 30, AllocationUsage.LinearMemory));
        _memory.Extend(Pages * Page);
        _memory.MapPrivately(_file);
    }

    [Fact]
    public void What_was_written_before_and_after_is_there_and_is_the_files()
    {
        byte[] expected = WriteAndRead(3, 77);
        Assert.True(_memory.Prepare());
        expected[5 * Page] = 78;
        _memory.Span(5 * Page, 1)[0] = 78;
        _memory.TakeFile();
        Assert.Equal(expected, Bytes());
        expected[9 * Page] = 79;
        _memory.Span(9 * Page, 1)[0] = 79;
        Assert.Equal(expected, Bytes());
        Assert.Equal(expected, OfFile());
        Assert.Equal(0UL, _memory.InPlace().ChangedBytes);
        Assert.Equal(expected, Read(_memory.InPlace()));
        Assert.False(_memory.Prepare());
    }

    [Fact]
    public void What_has_grown_is_taken_along_and_it_grows_on()
    {
        _memory.Extend(2 * Page);
        _memory.Span(Pages * Page, 1)[0] = 5;
        Assert.True(_memory.Prepare());
        _memory.Extend(2 * Page);
        _memory.Span((Pages + 3) * Page, 1)[0] = 6;
        byte[] expected = Bytes();
        _memory.TakeFile();
        Assert.Equal(expected, Bytes());
        _memory.Extend(16 * Page);
        _memory.Span((Pages + 19) * Page, 1)[0] = 7;
        Assert.Equal([.. expected, .. new byte[15 * Page], 7, .. new byte[Page - 1]], Bytes());
        Assert.Equal(0UL, _memory.InPlace().ChangedBytes);
        Assert.Equal(Bytes(), Read(_memory.InPlace()));
    }

    [Fact]
    public void An_image_that_has_the_file_by_then_keeps_it()
    {
        Assert.True(_memory.Prepare());
        byte[] before = WriteAndRead(1, 33);
        using MemoryContent image = _memory.Detach();
        _memory.TakeFile();
        byte[] after = WriteAndRead(2, 34);
        Assert.Equal(before, Read(image));
        Assert.Equal(after, Bytes());
        Assert.False(_memory.Prepare());
    }

    [Fact]
    public void A_fork_afterwards_copies_nothing_and_stays_as_it_was()
    {
        Assert.True(_memory.Prepare());
        byte[] before = WriteAndRead(1, 33);
        _memory.TakeFile();
        using MemoryContent image = _memory.Detach();
        Assert.Equal(0UL, image.ChangedBytes);
        byte[] after = WriteAndRead(2, 34);
        Assert.Equal(before, Read(image));
        Assert.Equal(after, Bytes());
    }

    [Fact]
    public void A_memory_that_goes_in_between_is_left_alone()
    {
        Assert.True(_memory.Prepare());
        _memory.Dispose();
        _memory.TakeFile();
        Assert.False(_memory.Prepare());
        Assert.Equal(0UL, _memory.LengthBytes);
    }

    [Fact]
    public void A_memory_that_was_changed_everywhere_keeps_its_own_pages()
    {
        const ulong Large = 40UL << 20;
        using MemoryFile file = MemoryFile.Create("test", Large);
        using var memory = new MemoryBacking(_source.Reserve(1UL << 30, AllocationUsage.LinearMemory));
        memory.Extend(Large);
        memory.MapPrivately(file);
        memory.Span(0, (int)Large).Fill(1);
        Assert.True(memory.Prepare());
        memory.TakeFile();
        Assert.Equal(Large, memory.InPlace().ChangedBytes);
        Assert.Equal(-1, memory.Span(0, (int)Large).IndexOfAnyExcept((byte)1));
    }

    public void Dispose()
    {
        _memory?.Dispose();
        _file?.Dispose();
        _source.Dispose();
    }

    private byte[] WriteAndRead(ulong page, byte value)
    {
        _memory.Span(page * Page, 1)[0] = value;
        return Bytes();
    }

    private byte[] Bytes() => _memory.Span(0, (int)_memory.LengthBytes).ToArray();

    private byte[] OfFile()
    {
        byte[] bytes = new byte[_file.LengthBytes];
        _file.Read(0, bytes);
        return bytes;
    }

    private static byte[] Read(MemoryContent content)
    {
        byte[] bytes = new byte[content.LengthBytes];
        content.Read(0, bytes);
        return bytes;
    }
}

using System.Text;

namespace QuicWasm.Wasi.Tests;

/// <summary>What a program's folder does, wherever it lies: each kind of folder runs all of it.</summary>
public abstract partial class FolderConformance : IDisposable
{
    private const int Directory = 3, Regular = 4, Link = 7;

    private Harness? _harness;

    private Harness Guest => _harness ??= new Harness(Harness.Quiet with { Preopens = [Folder("/data"), Folder("/other")] });

    /// <summary>An empty folder.</summary>
    protected abstract WasiPreopen Folder(string guestPath);

    [Fact]
    public void What_is_written_is_read()
    {
        uint file = Guest.MustOpen("f", OpenFlags.Create | OpenFlags.Exclusive);
        uint vectors = Guest.Vectors(Guest.Put("one "), Guest.Put(""), Guest.Put("two "), Guest.Put("three"));
        Assert.Equal(Errno.Success, Guest.Call("fd_write", file, vectors, 4, 64));
        Assert.Equal((13u, 13UL), (Guest.U32(64), Guest.Tell(file)));
        Assert.Equal("", Guest.MustRead(file));
        Assert.Equal(Errno.Success, Guest.Call("fd_seek", file, 0, 0, 64));
        uint a = Guest.Allocate(3), b = Guest.Allocate(20);
        Assert.Equal(Errno.Success, Guest.Call("fd_read", file, Guest.Vectors((a, 3), (b, 20)), 2, 64));
        Assert.Equal(("one", " two three", 13u), (Guest.Text(a, 3), Guest.Text(b, 10), Guest.U32(64)));
        Assert.Equal("one two three", Guest.File("f"));
    }

    // Around the ends of pages, where an implementation in pieces has its edges.
    [Theory]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(20_000)]
    public void Large_contents_come_back_from_every_offset(int lengthBytes)
    {
        string text = string.Concat(Enumerable.Range(0, lengthBytes).Select(static i => (char)('a' + (i % 23))));
        uint file = Guest.MustOpen("f", OpenFlags.Create);
        Guest.MustWrite(file, text[..(lengthBytes / 3)]);
        Guest.MustWrite(file, text[(lengthBytes / 3)..]);
        uint buffer = Guest.Allocate(lengthBytes + 10);
        foreach (int offset in new[] { 0, 1, lengthBytes / 2, lengthBytes - 1, lengthBytes, lengthBytes + 5 })
        {
            Assert.Equal(Errno.Success, Guest.Call("fd_pread", file, Guest.Vectors((buffer, (uint)lengthBytes + 10)), 1, (ulong)offset, 64));
            string expected = offset < lengthBytes ? text[offset..] : "";
            Assert.Equal(expected, Guest.Text(buffer, (int)Guest.U32(64)));
        }
    }

    [Fact]
    public void Transfers_at_an_offset_leave_the_position()
    {
        Guest.SetFile("f", "0123456789");
        uint file = Guest.MustOpen("f");
        Assert.Equal("01", Guest.MustRead(file, 2));
        uint buffer = Guest.Allocate(4);
        Assert.Equal(Errno.Success, Guest.Call("fd_pread", file, Guest.Vectors((buffer, 4)), 1, 5, 64));
        Assert.Equal("5678", Guest.Text(buffer, 4));
        Assert.Equal(Errno.Success, Guest.Call("fd_pwrite", file, Guest.Vectors(Guest.Put("ab")), 1, 8, 64));
        Assert.Equal(("01234567ab", 2UL), (Guest.File("f"), Guest.Tell(file)));
        Assert.Equal(Errno.Inval, Guest.Call("fd_pread", file, Guest.Vectors((buffer, 4)), 1, ulong.MaxValue, 64));
        Assert.Equal(Errno.Inval, Guest.Call("fd_pwrite", file, Guest.Vectors((buffer, 4)), 1, 1UL << 63, 64));
    }

    [Fact]
    public void Seeking_from_everywhere_and_writing_behind_the_end()
    {
        Guest.SetFile("f", "0123456789");
        uint file = Guest.MustOpen("f");
        Assert.Equal((Errno.Success, 4UL), (Guest.Call("fd_seek", file, 4, 0, 64), Guest.U64(64)));
        Assert.Equal((Errno.Success, 3UL), (Guest.Call("fd_seek", file, ulong.MaxValue, 1, 64), Guest.U64(64)));
        Assert.Equal((Errno.Success, 8UL), (Guest.Call("fd_seek", file, unchecked((ulong)-2), 2, 64), Guest.U64(64)));
        Assert.Equal(Errno.Inval, Guest.Call("fd_seek", file, unchecked((ulong)-2), 0, 64));
        Assert.Equal(Errno.BadF, Guest.Call("fd_seek", 3, 0, 0, 64));
        Assert.Equal((Errno.Success, 15_000UL), (Guest.Call("fd_seek", file, 15_000, 0, 64), Guest.U64(64)));
        Assert.Equal("", Guest.MustRead(file));
        Guest.MustWrite(file, "end");
        Assert.Equal(15_003UL, Guest.Status(file).SizeBytes);
        uint buffer = Guest.Allocate(16);
        Assert.Equal(Errno.Success, Guest.Call("fd_pread", file, Guest.Vectors((buffer, 16)), 1, 8, 64));
        Assert.Equal("89" + new string('\0', 14), Guest.Text(buffer, 16));
    }

    [Fact]
    public void Appending_writes_go_to_the_end_until_it_is_turned_off()
    {
        Guest.SetFile("f", "abc");
        uint file = Guest.MustOpen("f", fdFlags: FdFlags.Append), other = Guest.MustOpen("f");
        Guest.MustWrite(file, "d");
        Assert.Equal(Errno.Success, Guest.Call("fd_seek", other, 0, 2, 64));
        Guest.MustWrite(other, "!");
        Assert.Equal(Errno.Success, Guest.Call("fd_seek", file, 0, 0, 64));
        Guest.MustWrite(file, "e");
        Assert.Equal(("abcd!e", 6UL), (Guest.File("f"), Guest.Tell(file)));
        Assert.Equal(Errno.Success, Guest.Call("fd_fdstat_set_flags", file, 0));
        Assert.Equal(Errno.Success, Guest.Call("fd_seek", file, 0, 0, 64));
        Guest.MustWrite(file, "A");
        Assert.Equal("Abcd!e", Guest.File("f"));
    }

    [Fact]
    public void A_file_that_was_cut_and_grows_again_is_zero_there()
    {
        Guest.SetFile("f", "abcdef");
        uint file = Guest.MustOpen("f");
        Assert.Equal(Errno.Success, Guest.Call("fd_filestat_set_size", file, 3));
        Assert.Equal("abc", Guest.File("f"));
        Assert.Equal(Errno.Success, Guest.Call("fd_filestat_set_size", file, 5));
        Assert.Equal("abc\0\0", Guest.File("f"));
        Assert.Equal(Errno.FBig, Guest.Call("fd_filestat_set_size", file, ulong.MaxValue));
        Assert.Equal(Errno.Success, Guest.Call("fd_filestat_set_size", file, 1 << 20));
        Assert.Equal(1UL << 20, Guest.Status("f").Status.SizeBytes);
        Assert.Equal(Errno.Success, Guest.Call("fd_filestat_set_size", file, 2));
        Assert.Equal("ab", Guest.File("f"));
    }

    [Fact]
    public void Space_is_allocated_without_changing_what_is_there()
    {
        Guest.SetFile("f", "abc");
        uint file = Guest.MustOpen("f");
        Errno errno = Guest.Call("fd_allocate", file, 2, 10_000);
        Assert.SkipWhen(errno == Errno.NotSup, "the file system of the temporary folder cannot allocate");
        Assert.Equal((Errno.Success, 10_002UL), (errno, Guest.Status(file).SizeBytes));
        Assert.Equal(Errno.Success, Guest.Call("fd_allocate", file, 0, 5));
        Assert.Equal("abc\0\0", Guest.File("f")[..5]);
        Assert.Equal(Errno.Inval, Guest.Call("fd_allocate", file, 0, 0));
        Assert.Equal(Errno.Inval, Guest.Call("fd_allocate", file, ulong.MaxValue, 2));
        Assert.Equal(Errno.Success, Guest.Call("fd_advise", file, 0, 100, 3));
        Assert.Equal(Errno.Success, Guest.Call("fd_sync", file));
        Assert.Equal(Errno.Success, Guest.Call("fd_datasync", file));
        Assert.Equal(Errno.Success, Guest.Call("fd_sync", 3));
    }

    [Fact]
    public void Times_are_set_and_go_on()
    {
        Guest.SetFile("f", "abc");
        uint file = Guest.MustOpen("f");
        Assert.Equal(Errno.Success, Guest.Call("fd_filestat_set_times", file, 1_000_000_001, 2_000_000_002, 5));
        GuestStatus status = Guest.Status(file);
        Assert.Equal((Regular, 1UL, 3UL, 1_000_000_001UL, 2_000_000_002UL), (status.Kind, status.Links, status.SizeBytes, status.AccessedNs, status.ModifiedNs));
        Assert.InRange(status.ChangedNs, 1_000_000_000_000_000_000UL, ulong.MaxValue);
        Guest.MustWrite(file, "x");
        status = Guest.Status(file);
        Assert.Equal(1_000_000_001UL, status.AccessedNs);
        Assert.InRange(status.ModifiedNs, 1_000_000_000_000_000_000UL, ulong.MaxValue);
        Assert.Equal(Errno.Success, Guest.Call("fd_filestat_set_times", file, 5, 0, (ulong)(TimeFlags.AccessedNow | TimeFlags.Modified)));
        Assert.Equal(0UL, Guest.Status(file).ModifiedNs);
        Assert.InRange(Guest.Status(file).AccessedNs, 1_000_000_000_000_000_000UL, ulong.MaxValue);
        Assert.Equal(Errno.Inval, Guest.Call("fd_filestat_set_times", file, 5, 0, 3));
    }

    [Fact]
    public void Changes_of_a_directory_move_its_times()
    {
        Assert.Equal(Errno.Success, Guest.Call("fd_filestat_set_times", 3, 7, 7, 5));
        Guest.SetFile("f", "x");
        Assert.InRange(Guest.Status(3u).ModifiedNs, 1_000_000_000_000_000_000UL, ulong.MaxValue);
        Assert.Equal(Errno.Success, Guest.Call("fd_filestat_set_times", 3, 7, 7, 5));
        Assert.Equal(Errno.Success, Guest.Path("path_unlink_file", "f"));
        Assert.InRange(Guest.Status(3u).ModifiedNs, 1_000_000_000_000_000_000UL, ulong.MaxValue);
    }

    [Fact]
    public void A_file_without_a_name_lives_as_long_as_it_is_open()
    {
        Guest.SetFile("f", "text");
        uint file = Guest.MustOpen("f");
        Assert.Equal(Errno.Success, Guest.Path("path_unlink_file", "f"));
        Assert.Equal(Errno.NoEnt, Guest.Open("f", out _));
        Assert.Equal(0UL, Guest.Status(file).Links);
        Assert.Equal("text", Guest.MustRead(file));
        Guest.MustWrite(file, " and more");
        Assert.Equal(13UL, Guest.Status(file).SizeBytes);
        Guest.SetFile("f", "another");
        Assert.NotEqual(Guest.Status(file).Inode, Guest.Status("f").Status.Inode);
        Guest.MustClose(file);
        Assert.Equal("another", Guest.File("f"));
    }

    [Fact]
    public void Nothing_can_be_made_in_a_directory_that_was_removed()
    {
        Guest.MakeFolder("d");
        uint directory = Guest.MustOpen("d", OpenFlags.Directory);
        Assert.Equal(Errno.Success, Guest.Path("path_remove_directory", "d"));
        Assert.Equal(Errno.NoEnt, Guest.Open("f", out _, OpenFlags.Create, directory: directory));
        Assert.Equal(Errno.NoEnt, Guest.Path("path_create_directory", "d", directory));
        Guest.SetFile("f", "x");
        Assert.Equal(Errno.NoEnt, Guest.Rename("f", "g", newDirectory: directory));
        Assert.Equal(Errno.NoEnt, Guest.Link("f", "g", newDirectory: directory));
        Assert.Equal(0UL, Guest.Status(directory).Links);
        Assert.Equal(Errno.Success, Guest.Open(".", out _, directory: directory));
    }

    public void Dispose()
    {
        _harness?.Dispose();
        Clean();
        GC.SuppressFinalize(this);
    }

    /// <summary>Removes what the folders left.</summary>
    protected virtual void Clean()
    {
    }

    private static string Text(int count) => new StringBuilder().Append('x', count).ToString();
}

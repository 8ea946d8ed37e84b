namespace QuicWasm.Wasi.Tests;

public sealed class FileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Vectors_are_scattered_and_gathered_in_order()
    {
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("f", OpenFlags.Create);
        uint vectors = harness.Vectors(harness.Put("one "), harness.Put(""), harness.Put("two "), harness.Put("three"));
        Assert.Equal(Errno.Success, harness.Call("fd_write", file, vectors, 4, 64));
        Assert.Equal(13u, harness.U32(64));
        Assert.Equal("one two three", _folder["f"]);
        Assert.Equal(13UL, harness.Tell(file));
        Assert.Equal(Errno.Success, harness.Call("fd_seek", file, 0, 0, 64));
        uint a = harness.Allocate(3), b = harness.Allocate(20);
        Assert.Equal(Errno.Success, harness.Call("fd_read", file, harness.Vectors((a, 3), (b, 20)), 2, 64));
        Assert.Equal(("one", " two three", 13u), (harness.Text(a, 3), harness.Text(b, 10), harness.U32(64)));
        Assert.Equal("", harness.MustRead(file));
    }

    [Fact]
    public void More_vectors_than_are_taken_make_a_short_write()
    {
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("f", OpenFlags.Create);
        (uint, uint) one = harness.Put("x");
        uint vectors = harness.Vectors([.. Enumerable.Repeat(one, 2000)]);
        Assert.Equal(Errno.Success, harness.Call("fd_write", file, vectors, 2000, 64));
        Assert.InRange(harness.U32(64), 1u, 2000u);
        Assert.Equal(harness.U32(64), (uint)_folder["f"].Length);
        Assert.Equal(Errno.Success, harness.Call("fd_write", file, vectors, 0, 64));
        Assert.Equal(0u, harness.U32(64));
    }

    [Fact]
    public void Reads_and_writes_at_an_offset_leave_the_position()
    {
        _folder["f"] = "0123456789";
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("f");
        Assert.Equal("01", harness.MustRead(file, 2));
        uint buffer = harness.Allocate(4);
        Assert.Equal(Errno.Success, harness.Call("fd_pread", file, harness.Vectors((buffer, 4)), 1, 5, 64));
        Assert.Equal("5678", harness.Text(buffer, 4));
        Assert.Equal(Errno.Success, harness.Call("fd_pwrite", file, harness.Vectors(harness.Put("ab")), 1, 8, 64));
        Assert.Equal(("01234567ab", 2UL), (_folder["f"], harness.Tell(file)));
        Assert.Equal(Errno.Inval, harness.Call("fd_pread", file, harness.Vectors((buffer, 4)), 1, ulong.MaxValue, 64));
        Assert.Equal(Errno.Inval, harness.Call("fd_pwrite", file, harness.Vectors((buffer, 4)), 1, 1UL << 63, 64));
        Assert.Equal(Errno.SPipe, harness.Call("fd_pread", 0, harness.Vectors((buffer, 4)), 1, 0, 64));
        Assert.Equal(Errno.SPipe, harness.Call("fd_pwrite", 1, harness.Vectors((buffer, 4)), 1, 0, 64));
    }

    [Fact]
    public void Seeking_from_everywhere()
    {
        _folder["f"] = "0123456789";
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("f");
        Assert.Equal((Errno.Success, 4UL), (harness.Call("fd_seek", file, 4, 0, 64), harness.U64(64)));
        Assert.Equal((Errno.Success, 3UL), (harness.Call("fd_seek", file, ulong.MaxValue, 1, 64), harness.U64(64)));
        Assert.Equal((Errno.Success, 8UL), (harness.Call("fd_seek", file, unchecked((ulong)-2), 2, 64), harness.U64(64)));
        Assert.Equal((Errno.Success, 8UL), (harness.Call("fd_tell", file, 64), harness.U64(64)));
        Assert.Equal(Errno.Inval, harness.Call("fd_seek", file, unchecked((ulong)-2), 0, 64));
        Assert.Equal(Errno.Inval, harness.Call("fd_seek", file, 0, 3, 64));
        Assert.Equal(Errno.BadF, harness.Call("fd_seek", 3, 0, 0, 64));
        Assert.Equal(Errno.BadF, harness.Call("fd_seek", 99, 0, 0, 64));
    }

    [Fact]
    public void A_directory_is_neither_read_nor_written()
    {
        using var harness = new Harness(_folder.Options);
        Assert.Equal(Errno.IsDir, harness.Read(3, 10, out _));
        Assert.Equal(Errno.IsDir, harness.Write(3, "x", out _));
        Assert.Equal(Errno.BadF, harness.Read(44, 10, out _));
        Assert.Equal(Errno.BadF, harness.Write(44, "x", out _));
    }

    [Fact]
    public void Appending_writes_go_to_the_end()
    {
        _folder["f"] = "abc";
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("f", fdFlags: FdFlags.Append);
        Assert.Equal(Errno.Success, harness.Call("fd_seek", file, 0, 0, 64));
        harness.MustWrite(file, "d");
        File.AppendAllText(_folder.Of("f"), "!");
        harness.MustWrite(file, "e");
        Assert.Equal("abcd!e", _folder["f"]);
    }

    [Fact]
    public void Size_space_and_advice()
    {
        _folder["f"] = "abcdef";
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("f");
        Assert.Equal(Errno.Success, harness.Call("fd_filestat_set_size", file, 3));
        Assert.Equal("abc", _folder["f"]);
        Assert.Equal(Errno.Success, harness.Call("fd_filestat_set_size", file, 5));
        Assert.Equal("abc\0\0", _folder["f"]);
        Assert.Equal(Errno.FBig, harness.Call("fd_filestat_set_size", file, ulong.MaxValue));
        Assert.Contains(harness.Call("fd_allocate", file, 0, 100), new[] { Errno.Success, Errno.NotSup });
        Assert.Equal(Errno.Inval, harness.Call("fd_allocate", file, 0, 0));
        Assert.Equal(Errno.Inval, harness.Call("fd_allocate", file, ulong.MaxValue, 2));
        for (uint advice = 0; advice < 6; advice++)
        {
            Assert.Equal(Errno.Success, harness.Call("fd_advise", file, 0, 100, advice));
        }

        Assert.Equal(Errno.Inval, harness.Call("fd_advise", file, 0, 100, 6));
        Assert.Equal(Errno.Inval, harness.Call("fd_advise", file, ulong.MaxValue, 1, 0));
        Assert.Equal(Errno.NotCapable, harness.Call("fd_advise", 0, 0, 1, 0));
    }

    [Theory]
    [InlineData("fd_sync")]
    [InlineData("fd_datasync")]
    public void Synchronising(string name)
    {
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("f", OpenFlags.Create, fdFlags: FdFlags.Sync);
        harness.MustWrite(file, "x");
        Assert.Equal(Errno.Success, harness.Call(name, file));
        Assert.Equal(Errno.Success, harness.Call(name, 3));
        Assert.Equal(Errno.NotCapable, harness.Call(name, 1));
        Assert.Equal(Errno.BadF, harness.Call(name, 10));
    }

    [Fact]
    public void Status_and_times()
    {
        _folder["f"] = "abcdef";
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("f");
        Assert.Equal(Errno.Success, harness.Call("fd_filestat_set_times", file, 1_000_000_001, 2_000_000_002, (ulong)(TimeFlags.Accessed | TimeFlags.Modified)));
        Assert.Equal(Errno.Success, harness.Call("fd_filestat_get", file, 0));
        Assert.Equal((4, 1UL, 6UL), (harness.Bytes(16, 1)[0], harness.U64(24), harness.U64(32)));
        Assert.Equal((1_000_000_001UL, 2_000_000_002UL), (harness.U64(40), harness.U64(48)));
        Assert.Equal(Errno.Success, harness.Call("fd_filestat_set_times", file, 5, 0, (ulong)(TimeFlags.Accessed | TimeFlags.ModifiedNow)));
        Assert.Equal(Errno.Success, harness.Call("fd_filestat_get", file, 0));
        Assert.Equal(5UL, harness.U64(40));
        Assert.InRange(harness.U64(48), 1_000_000_000_000_000_000UL, ulong.MaxValue);
        Assert.Equal(Errno.Inval, harness.Call("fd_filestat_set_times", file, 5, 0, 3));
        Assert.Equal(Errno.Inval, harness.Call("fd_filestat_set_times", file, 5, 0, 12));
        Assert.Equal(Errno.Inval, harness.Call("fd_filestat_set_times", file, 5, 0, 16));
        Assert.Equal(Errno.Success, harness.Call("fd_filestat_set_times", file, 5, 0, 0));
        Assert.Equal(Errno.BadF, harness.Call("fd_filestat_get", 50, 0));
    }

    [Fact]
    public void A_small_write_allocates_nothing()
    {
        using var harness = new Harness(_folder.Options with { Stdout = WasiStandardStream.Null });
        uint file = harness.MustOpen("f", OpenFlags.Create);
        var function = harness.Module.Resolve("fd_write", harness.Module.Calls.Type("fd_write"))!;
        ulong[] arguments = [file, harness.Vectors(harness.Put("hello"), harness.Put("\n")), 2, 64];
        ulong[] results = new ulong[1];
        for (int i = 0; i < 100; i++)
        {
            function(new Runtime.HostCall(harness.Context, harness.Instance, arguments, results));
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            function(new Runtime.HostCall(harness.Context, harness.Instance, arguments, results));
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(0UL, results[0]);
        Assert.Equal(1100 * 6, _folder["f"].Length);
    }

    public void Dispose() => _folder.Dispose();
}

using System.Buffers.Binary;

namespace QuicWasm.Wasi.Tests;

public sealed class DescriptorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Folders_are_found_as_libc_finds_them()
    {
        Directory.CreateDirectory(_folder.Of("b"));
        using var harness = new Harness(Harness.Quiet with
        {
            Preopens = [new WasiPreopen("/data", _folder.Root), new WasiPreopen(".", _folder.Of("b"))],
        });
        Assert.Equal(Errno.Success, harness.Call("fd_prestat_get", 3, 0));
        Assert.Equal((0, 5u), (harness.Bytes(0, 1)[0], harness.U32(4)));
        Assert.Equal(Errno.Success, harness.Call("fd_prestat_dir_name", 3, 0, 5));
        Assert.Equal("/data", harness.Text(0, 5));
        Assert.Equal(Errno.NameTooLong, harness.Call("fd_prestat_dir_name", 3, 0, 4));
        Assert.Equal(Errno.Success, harness.Call("fd_prestat_dir_name", 4, 0, 1));
        Assert.Equal(Errno.BadF, harness.Call("fd_prestat_get", 5, 0));
        Assert.Equal(Errno.BadF, harness.Call("fd_prestat_get", 0, 0));
        Assert.Equal(Errno.BadF, harness.Call("fd_prestat_dir_name", 2, 0, 10));
    }

    [Fact]
    public void A_folder_that_is_missing_is_named()
    {
        int before = _folder.OpenCount();
        var exception = Assert.Throws<Runtime.HostStateException>(() => new WasiModule(Harness.Quiet with
        {
            Preopens = [new WasiPreopen("/a", _folder.Root), new WasiPreopen("/b", _folder.Of("nothing"))],
        }));
        Assert.Contains(_folder.Of("nothing"), exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, _folder.OpenCount());
    }

    [Fact]
    public void The_lowest_free_number_is_given()
    {
        _folder["f"] = "x";
        using var harness = new Harness(_folder.Options);
        Assert.Equal([4, 5, 6], new[] { harness.MustOpen("f"), harness.MustOpen("f"), harness.MustOpen("f") });
        Assert.Equal(Errno.Success, harness.Call("fd_close", 5));
        Assert.Equal(Errno.BadF, harness.Call("fd_close", 5));
        Assert.Equal(5u, harness.MustOpen("f"));
        Assert.Equal(7u, harness.MustOpen("f"));
        Assert.Equal(Errno.Success, harness.Call("fd_close", 0));
        Assert.Equal(0u, harness.MustOpen("f"));
        Assert.Equal(Errno.BadF, harness.Call("fd_close", 100));
        Assert.Equal(Errno.BadF, harness.Call("fd_close", uint.MaxValue));
    }

    [Fact]
    public void Renumbering_closes_what_was_there()
    {
        _folder["a"] = "aa";
        _folder["b"] = "bb";
        using var harness = new Harness(_folder.Options);
        uint a = harness.MustOpen("a"), b = harness.MustOpen("b");
        int before = _folder.OpenCount();
        Assert.Equal(Errno.Success, harness.Call("fd_renumber", a, b));
        Assert.Equal(before - 1, _folder.OpenCount());
        Assert.Equal("aa", harness.MustRead(b));
        Assert.Equal(Errno.BadF, harness.Read(a, 1, out _));
        Assert.Equal(Errno.BadF, harness.Call("fd_renumber", b, 50));
        Assert.Equal(Errno.BadF, harness.Call("fd_renumber", 50, b));
        Assert.Equal(Errno.Success, harness.Call("fd_renumber", b, b));
        Assert.Equal(Errno.Success, harness.Call("fd_renumber", b, 1));
        Assert.Equal(a, harness.MustOpen("a"));
    }

    [Fact]
    public void Status_gives_kind_flags_and_rights()
    {
        _folder["f"] = "x";
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("f", fdFlags: FdFlags.Append);
        Assert.Equal((4, FdFlags.Append), Status(harness, file, out Rights rights, out _));
        Assert.True(rights.HasFlag(Rights.FdRead | Rights.FdWrite | Rights.FdSeek));
        Assert.False(rights.HasFlag(Rights.PathOpen));
        Assert.Equal((3, FdFlags.None), Status(harness, 3, out rights, out Rights inheriting));
        Assert.True(rights.HasFlag(Rights.PathOpen | Rights.FdReaddir));
        Assert.Equal(Rights.All, inheriting);
        Assert.Equal(Errno.BadF, harness.Call("fd_fdstat_get", 9, 0));
    }

    [Fact]
    public void Rights_can_only_be_given_away()
    {
        _folder["f"] = "abc";
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("f");
        Assert.Equal(Errno.Success, harness.Call("fd_fdstat_set_rights", file, (ulong)(Rights.FdRead | Rights.FdTell), 0));
        Assert.Equal(Errno.NotCapable, harness.Call("fd_fdstat_set_rights", file, (ulong)Rights.FdWrite, 0));
        Assert.Equal(Errno.NotCapable, harness.Call("fd_fdstat_set_rights", file, 0, (ulong)Rights.FdRead));
        Assert.Equal(Errno.NotCapable, harness.Write(file, "x", out _));
        Assert.Equal(Errno.NotCapable, harness.Call("fd_seek", file, 1, 0, 0));
        Assert.Equal(Errno.NotCapable, harness.Call("fd_filestat_get", file, 0));
        Assert.Equal(Errno.Success, harness.Call("fd_seek", file, 0, 1, 0));
        Assert.Equal("abc", harness.MustRead(file));
        Assert.Equal(Errno.Success, harness.Call("fd_fdstat_set_rights", file, 0, 0));
        Assert.Equal(Errno.NotCapable, harness.Read(file, 1, out _));
    }

    [Fact]
    public void Appending_can_be_turned_on_and_off()
    {
        _folder["f"] = "abc";
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("f");
        Assert.Equal(Errno.Success, harness.Call("fd_fdstat_set_flags", file, (ulong)FdFlags.Append));
        harness.MustWrite(file, "d");
        Assert.Equal(Errno.Success, harness.Call("fd_fdstat_set_flags", file, 0));
        Assert.Equal(Errno.Success, harness.Call("fd_seek", file, 0, 0, 0));
        harness.MustWrite(file, "A");
        Assert.Equal("Abcd", _folder["f"]);
        Assert.Equal(Errno.NotSup, harness.Call("fd_fdstat_set_flags", file, (ulong)FdFlags.Sync));
        Assert.Equal(Errno.Inval, harness.Call("fd_fdstat_set_flags", file, 32));
        Assert.Equal(Errno.BadF, harness.Call("fd_fdstat_set_flags", 77, 0));
        Assert.Equal(Errno.Success, harness.Call("fd_fdstat_set_flags", 0, (ulong)FdFlags.NonBlocking));
    }

    [Fact]
    public void Standard_streams_can_be_streams_of_the_host()
    {
        using var input = new MemoryStream("hello"u8.ToArray());
        using var output = new MemoryStream();
        using var harness = new Harness(Harness.Quiet with { Stdin = WasiStandardStream.FromStream(input), Stdout = WasiStandardStream.FromStream(output) });
        Assert.Equal("hel", harness.MustRead(0, 3));
        Assert.Equal("lo", harness.MustRead(0));
        Assert.Equal("", harness.MustRead(0));
        Assert.Equal(Errno.Success, harness.Call("fd_write", 1, harness.Vectors(harness.Put("a"), (0, 0), harness.Put("bc")), 3, 64));
        Assert.Equal(3u, harness.U32(64));
        Assert.Equal("abc"u8.ToArray(), output.ToArray());
        Assert.Equal(Errno.SPipe, harness.Call("fd_seek", 1, 0, 0, 64));
        Assert.Equal(Errno.SPipe, harness.Call("fd_tell", 1, 64));
        Assert.Equal(Errno.Success, harness.Call("fd_filestat_get", 1, 64));
        Assert.Equal(Errno.Success, harness.Call("fd_close", 1));
        Assert.Equal(Errno.BadF, harness.Write(1, "x", out _));
        Assert.True(output.CanWrite);
    }

    public void Dispose() => _folder.Dispose();

    private static (int Kind, FdFlags Flags) Status(Harness harness, uint number, out Rights rights, out Rights inheriting)
    {
        Assert.Equal(Errno.Success, harness.Call("fd_fdstat_get", number, 0));
        rights = (Rights)harness.U64(8);
        inheriting = (Rights)harness.U64(16);
        return (harness.Bytes(0, 1)[0], (FdFlags)BinaryPrimitives.ReadUInt16LittleEndian(harness.Bytes(2, 2)));
    }
}

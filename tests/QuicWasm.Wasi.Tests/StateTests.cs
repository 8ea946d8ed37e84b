using QuicWasm.Runtime;

namespace QuicWasm.Wasi.Tests;

public sealed class StateTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TempFolder _other = new();

    [Fact]
    public void Open_files_go_on_where_they_were_in_another_folder()
    {
        _folder["d/f"] = "0123456789";
        _other["d/f"] = "abcdefghij";
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("d/f");
        _ = harness.MustRead(file, 4);
        using var moved = new Harness(_other.Options, harness.Module.CaptureState());
        Assert.Equal(4UL, moved.Tell(file));
        Assert.Equal("ef", moved.MustRead(file, 2));
        moved.MustWrite(file, "GH");
        Assert.Equal(("abcdefGHij", "0123456789"), (_other["d/f"], _folder["d/f"]));
        Assert.Equal("4567", harness.MustRead(file, 4));
    }

    [Fact]
    public void Neither_truncation_nor_creation_is_repeated()
    {
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("f", OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.Truncate);
        harness.MustWrite(file, "kept");
        using var moved = new Harness(_folder.Options, harness.Module.CaptureState());
        moved.MustWrite(file, " and more");
        Assert.Equal("kept and more", _folder["f"]);
    }

    [Fact]
    public void Appending_and_rights_travel()
    {
        _folder["f"] = "abc";
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("f", rights: Rights.FdWrite | Rights.FdSeek | Rights.FdTell, fdFlags: FdFlags.Append);
        uint later = harness.MustOpen("f");
        Assert.Equal(Errno.Success, harness.Call("fd_fdstat_set_flags", later, (ulong)FdFlags.Append));
        Assert.Equal(Errno.Success, harness.Call("fd_fdstat_set_rights", 3, (ulong)Rights.FdReaddir, 0));
        using var moved = new Harness(_folder.Options, harness.Module.CaptureState());
        Assert.Equal(Errno.Success, moved.Call("fd_seek", file, 0, 0, 64));
        moved.MustWrite(file, "d");
        moved.MustWrite(later, "e");
        Assert.Equal("abcde", _folder["f"]);
        Assert.Equal(Errno.NotCapable, moved.Read(file, 1, out _));
        Assert.Equal(Errno.NotCapable, moved.Open("f", out _));
    }

    [Fact]
    public void Closed_and_renumbered_descriptors_stay_so()
    {
        _folder["f"] = "abc";
        using var output = new MemoryStream();
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("f");
        Assert.Equal(Errno.Success, harness.Call("fd_close", 0));
        Assert.Equal(Errno.Success, harness.Call("fd_renumber", 1, file));
        Assert.Equal(Errno.Success, harness.Call("fd_close", 2));
        using var moved = new Harness(_folder.Options with { Stdout = WasiStandardStream.FromStream(output) }, harness.Module.CaptureState());
        Assert.Equal(Errno.BadF, moved.Read(0, 1, out _));
        Assert.Equal(Errno.BadF, moved.Write(1, "x", out _));
        Assert.Equal(Errno.BadF, moved.Write(2, "x", out _));
        moved.MustWrite(file, "out");
        Assert.Equal("out"u8.ToArray(), output.ToArray());
        Assert.Equal(0u, moved.MustOpen("f"));
    }

    [Fact]
    public void A_closed_folder_stays_closed_and_its_files_open()
    {
        _folder["d/f"] = "abc";
        using var harness = new Harness(_folder.Options);
        uint directory = harness.MustOpen("d", OpenFlags.Directory), file = harness.MustOpen("d/f");
        Assert.Equal(Errno.Success, harness.Call("fd_close", 3));
        using var moved = new Harness(_folder.Options, harness.Module.CaptureState());
        Assert.Equal(Errno.BadF, moved.Call("fd_prestat_get", 3, 0));
        Assert.Equal("abc", moved.MustRead(file));
        Assert.Equal("abc", moved.MustRead(moved.MustOpen("f", directory: directory)));
    }

    [Fact]
    public void A_file_that_was_renamed_is_found_by_its_new_name()
    {
        _folder["old/f"] = "abc";
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("old/f");
        Directory.Move(_folder.Of("old"), _folder.Of("new"));
        using var moved = new Harness(_folder.Options, harness.Module.CaptureState());
        Assert.Equal("abc", moved.MustRead(file));
    }

    [Fact]
    public void A_file_behind_a_link_is_found()
    {
        _folder["d/f"] = "abc";
        _folder.Link("link", "d/../d");
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("link/f");
        File.Delete(_folder.Of("link"));
        using var moved = new Harness(_folder.Options, harness.Module.CaptureState());
        Assert.Equal("abc", moved.MustRead(file));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_without_its_name_cannot_travel_and_is_named(bool isReplaced)
    {
        _folder["d/f"] = "abc";
        using var harness = new Harness(_folder.Options);
        uint file = harness.MustOpen("d/f");
        Assert.Equal(Errno.Success, harness.Path("path_unlink_file", "d/f"));
        if (isReplaced)
        {
            _folder["d/f"] = "another";
        }

        var exception = Assert.Throws<HostStateException>(harness.Module.CaptureState);
        Assert.Contains("/data/d/f", exception.Message, StringComparison.Ordinal);
        Assert.Equal("abc", harness.MustRead(file));
        Assert.Equal(Errno.Success, harness.Call("fd_close", file));
        Assert.NotEmpty(harness.Module.CaptureState());
    }

    [Fact]
    public void What_is_missing_at_the_destination_is_named_and_nothing_stays_open()
    {
        _folder["d/f"] = "abc";
        _folder["g"] = "abc";
        using var harness = new Harness(_folder.Options);
        _ = harness.MustOpen("g");
        _ = harness.MustOpen("d/f", rights: Rights.FdRead | Rights.FdWrite);
        byte[] state = harness.Module.CaptureState();
        Refused(state, Harness.Quiet, "/data", "folder");
        Refused(state, Harness.Quiet with { Preopens = [new WasiPreopen("/elsewhere", _other.Root)] }, "/data");
        Refused(state, _other.Options, "/data/g", "not here");
        _other["g"] = "";
        Refused(state, _other.Options, "/data/d/f", "not here");
        Directory.CreateDirectory(_other.Of("d/f"));
        Refused(state, _other.Options, "/data/d/f");
        Directory.Delete(_other.Of("d/f"));
        _other.Link("d/f", "../../secret");
        Refused(state, _other.Options, "/data/d/f", "out of its folder");
        File.Delete(_other.Of("d/f"));
        _other["d/f"] = "abc";
        Refused(state, _other.ReadOnlyOptions, "read-only");
        using var moved = new Harness(_other.Options, state);
        Assert.Equal("abc", moved.MustRead(5));
    }

    [Fact]
    public void A_module_that_refused_a_state_is_as_before()
    {
        _folder["f"] = "abc";
        using var harness = new Harness(_folder.Options);
        _ = harness.MustOpen("f");
        byte[] state = harness.Module.CaptureState();
        using var other = new Harness(_other.Options with { Arguments = ["kept"] });
        Assert.Throws<HostStateException>(() => other.Module.RestoreState(state));
        Assert.Equal(Errno.Success, other.Call("args_sizes_get", 0, 4));
        Assert.Equal(1u, other.U32(0));
        Assert.Equal(4u, other.MustOpen("new", OpenFlags.Create));
    }

    [Fact]
    public void A_state_is_the_same_after_a_move()
    {
        _folder["d/f"] = "0123456789";
        var time = new ManualTime(0);
        using var harness = new Harness(_folder.Options with { Arguments = ["a", "b"], Environment = ["X=1"], RandomSeed = 5, Clock = time });
        _ = harness.MustOpen("d", OpenFlags.Directory);
        _ = harness.MustRead(harness.MustOpen("d/f"), 7);
        Assert.Equal(Errno.Success, harness.Call("fd_readdir", 4, 0, 100, 0, 64));
        Assert.Equal(Errno.Success, harness.Call("random_get", 0, 77));
        harness.SetU64(1024 + 24, 9_000_000_000);
        harness.Interruption.Request();
        Assert.Equal(Errno.Interrupted, harness.Call("poll_oneoff", 1024, 2048, 1, 64));
        byte[] first = WithoutProcessorTime(harness);
        using var moved = new Harness(_folder.Options with { Clock = new ManualTime(99) }, harness.Module.CaptureState());
        Assert.Equal(first, WithoutProcessorTime(moved));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _other.Dispose();
    }

    private static byte[] WithoutProcessorTime(Harness harness) =>
        (SavedState.Read(harness.Module.CaptureState()) with { ProcessNs = 0, ThreadNs = 0 }).Write();

    private void Refused(byte[] state, WasiOptions options, params string[] words)
    {
        var exception = Assert.Throws<HostStateException>(() => new Harness(options, state));
        Assert.All(words, w => Assert.Contains(w, exception.Message, StringComparison.Ordinal));
        Assert.Equal(0, _other.OpenCount());
    }
}

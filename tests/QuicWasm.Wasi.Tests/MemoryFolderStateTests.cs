using QuicWasm.Runtime;

namespace QuicWasm.Wasi.Tests;

/// <summary>Folders in memory have a limit, and travel with their program.</summary>
public sealed class MemoryFolderStateTests
{
    private static readonly WasiOptions Options = Harness.Quiet with { Preopens = [WasiPreopen.InMemory("/data")] };

    [Fact]
    public void Everything_in_the_folder_is_there_after_a_move()
    {
        using var harness = new Harness(Options);
        Fill(harness);
        using var moved = new Harness(Harness.Quiet, harness.Module.CaptureState());
        Assert.Equal((harness.Status("d/f"), harness.Status("d")), (moved.Status("d/f"), moved.Status("d")));
        Assert.Equal("text", moved.File("d/f"));
        Assert.Equal("text", moved.File("link"));
        Assert.Equal((Errno.Success, "d/f"), moved.ReadLink("link"));
        Assert.Equal(2UL, moved.Status("second").Status.Links);
        Assert.Equal(harness.Status("sparse"), moved.Status("sparse"));
        Assert.Equal("end", moved.File("sparse")[^3..]);
        moved.SetFile("d/f", "changed");
        Assert.Equal(("changed", "text"), (moved.File("second"), harness.File("second")));
    }

    [Fact]
    public void Open_files_go_on_also_those_without_a_name()
    {
        using var harness = new Harness(Options);
        harness.SetFile("f", "0123456789");
        harness.MakeFolder("d");
        uint file = harness.MustOpen("f"), log = harness.MustOpen("f", fdFlags: FdFlags.Append), directory = harness.MustOpen("d", OpenFlags.Directory);
        _ = harness.MustRead(file, 4);
        _ = harness.List(directory);
        Assert.Equal(Errno.Success, harness.Path("path_unlink_file", "f"));
        Assert.Equal(Errno.Success, harness.Path("path_remove_directory", "d"));
        using var first = new Harness(Harness.Quiet, harness.Module.CaptureState());
        using var moved = new Harness(Harness.Quiet, first.Module.CaptureState());
        Assert.Equal(Errno.NoEnt, moved.Open("f", out _));
        Assert.Equal("45", moved.MustRead(file, 2));
        moved.MustWrite(log, "!");
        Assert.Equal("6789!", moved.MustRead(file));
        Assert.Equal(0UL, moved.Status(file).Links);
        Assert.Equal(Errno.NoEnt, moved.Open("x", out _, OpenFlags.Create, directory: directory));
        Assert.Equal([".", ".."], moved.List(directory).Select(static e => e.Name));
        moved.MustClose(file);
        moved.MustClose(log);
        moved.SetFile("f", "new");
        Assert.Equal("new", moved.File("f"));
    }

    [Fact]
    public void A_state_is_the_same_after_a_move_and_goes_both_ways()
    {
        var options = Options with { Clock = new ManualTime(0), RandomSeed = 1 };
        using var harness = new Harness(options);
        Fill(harness);
        _ = harness.MustOpen("d/f");
        Assert.Equal(Errno.Success, harness.Path("path_unlink_file", "sparse"));
        byte[] state = WithoutTimes(harness);
        using var moved = new Harness(options with { Preopens = [] }, harness.Module.CaptureState());
        Assert.Equal(state, WithoutTimes(moved));
        moved.Module.RestoreState(harness.Module.CaptureState());
        Assert.Equal(state, WithoutTimes(moved));
    }

    [Fact]
    public void A_folder_of_the_host_cannot_take_the_place_of_one_in_memory()
    {
        using var folder = new TempFolder();
        using var harness = new Harness(Options);
        harness.SetFile("f", "text");
        byte[] state = harness.Module.CaptureState();
        var exception = Assert.Throws<HostStateException>(() => new Harness(folder.Options, state));
        Assert.Contains("/data is a folder in memory", exception.Message, StringComparison.Ordinal);
        using var moved = new Harness(Options, state);
        Assert.Equal("text", moved.File("f"));
    }

    [Fact]
    public void The_limit_is_kept_and_space_comes_back()
    {
        using var harness = new Harness(Options with { MemoryFolderLimitBytes = 100_000 });
        uint file = harness.MustOpen("f", OpenFlags.Create);
        (uint Address, uint Length) bytes = harness.Put(new string('x', 30_000));
        uint vectors = harness.Vectors(bytes);
        long written = 0;
        Errno errno;
        while ((errno = harness.Call("fd_write", file, vectors, 1, 64)) == Errno.Success)
        {
            written += harness.U32(64);
        }

        Assert.Equal(Errno.NoSpc, errno);
        Assert.InRange(written, 90_000, 100_000);
        Assert.Equal((ulong)written, harness.Status(file).SizeBytes);
        Assert.Equal(Errno.NoSpc, harness.Call("fd_allocate", file, (ulong)written, 10_000));
        Assert.Equal(Errno.Success, harness.Call("fd_filestat_set_size", file, 1UL << 40));
        Assert.Equal(Errno.NoSpc, harness.Call("fd_allocate", file, 0, 1UL << 40));
        Assert.Equal(Errno.Success, harness.Path("path_unlink_file", "f"));
        Assert.Equal(Errno.NoSpc, harness.Write(harness.MustOpen("g", OpenFlags.Create), new string('y', 9000), out _));
        harness.MustClose(file);
        harness.SetFile("h", new string('z', 30_000));
        Assert.Equal(30_000UL, harness.Status("h").Status.SizeBytes);
    }

    [Fact]
    public void Names_and_empty_files_count_as_well()
    {
        using var harness = new Harness(Options with { MemoryFolderLimitBytes = 10_000 });
        Errno errno = Errno.Success;
        int count = 0;
        for (; errno == Errno.Success && count < 1000; count++)
        {
            errno = harness.Open($"{count:0000}", out uint file, OpenFlags.Create);
            harness.Call("fd_close", file);
        }

        Assert.Equal(Errno.NoSpc, errno);
        Assert.InRange(count, 10, 60);
        Assert.Equal(Errno.NoSpc, harness.Path("path_create_directory", "d"));
        Assert.Equal(Errno.NoSpc, harness.SymbolicLink(new string('t', 1000), "link"));
        Assert.Equal(Errno.NoSpc, harness.Link("0000", new string('n', 200)));
        Assert.Equal(Errno.Success, harness.Path("path_unlink_file", "0000"));
        Assert.Equal(Errno.Success, harness.Path("path_create_directory", "d"));
    }

    [Fact]
    public void The_limit_travels_unless_the_destination_has_its_own()
    {
        using var harness = new Harness(Options with { MemoryFolderLimitBytes = 50_000 });
        harness.SetFile("f", new string('x', 20_000));
        byte[] state = harness.Module.CaptureState();
        using (var moved = new Harness(Options, state))
        {
            Assert.Equal(Errno.NoSpc, moved.Call("fd_allocate", moved.MustOpen("f"), 0, 60_000));
        }

        using (var larger = new Harness(Harness.Quiet with { MemoryFolderLimitBytes = 100_000 }, state))
        {
            Assert.Equal(Errno.Success, larger.Call("fd_allocate", larger.MustOpen("f"), 0, 60_000));
        }

        var exception = Assert.Throws<HostStateException>(() => new Harness(Harness.Quiet with { MemoryFolderLimitBytes = 10_000 }, state));
        Assert.Contains("limit of 10000 bytes", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Quota_is_what_is_there_after_any_number_of_moves()
    {
        using var harness = new Harness(Options);
        Fill(harness);
        ulong used = harness.Module.State.Quota.UsedBytes;
        using var moved = new Harness(Options, harness.Module.CaptureState());
        Assert.Equal(used, moved.Module.State.Quota.UsedBytes);
        foreach (string name in new[] { "link", "second", "d/f", "sparse" })
        {
            Assert.Equal(Errno.Success, moved.Path("path_unlink_file", name));
        }

        Assert.Equal(Errno.Success, moved.Path("path_remove_directory", "d"));
        Assert.Equal(0UL, moved.Module.State.Quota.UsedBytes);
    }

    [Fact]
    public void Folders_that_are_no_trees_are_refused()
    {
        Refused("not there", f => f with { Nodes = [.. f.Nodes.Where(static n => n.Inode != 3)] });
        Refused("number", f => f with { NextInode = 3 });
        Refused("second name", f => Changed(f, 1, n => n with { Entries = [.. n.Entries, ("zz"u8.ToArray(), 2)] }));
        Refused("not there", f => Changed(f, 1, n => n with { Entries = [.. n.Entries, ("zz"u8.ToArray(), 1)] }));
        Refused("order", f => Changed(f, 1, n => n with { Entries = [.. n.Entries.Reverse()] }));
        Refused("name", f => Changed(f, 1, n => n with { Entries = [("a/b"u8.ToArray(), 3)] }));
        Refused("name", f => Changed(f, 1, n => n with { Entries = [(".."u8.ToArray(), 3)] }));
        Refused("chunk", f => Changed(f, 3, n => n with { LengthBytes = 1 }));
        Refused("chunk", f => Changed(f, 3, n => n with { Chunks = [(9, new byte[4])] }));
        Refused("order", f => Changed(f, 3, n => n with { LengthBytes = 9000, Chunks = [(1, new byte[1]), (0, new byte[1])] }));
        Refused("without a target", f => Changed(f, 5, n => n with { Target = [] }));

        // Directory 2 lies in itself, and nowhere else.
        Refused("reached", f => Changed(Changed(f, 1, n => n with { Entries = [.. n.Entries.Where(static e => e.Inode != 2)] }), 2, n => n with { Entries = [("x"u8.ToArray(), 2)] }));
    }

    [Fact]
    public void An_open_file_that_the_folder_does_not_have_is_refused()
    {
        using var harness = new Harness(Options);
        harness.SetFile("f", "text");
        uint file = harness.MustOpen("f");
        SavedState saved = SavedState.Read(harness.Module.CaptureState());
        foreach (ulong inode in new ulong[] { 0, 1, 99 })
        {
            SavedDescriptor[] descriptors = [.. saved.Descriptors.Select(d => d.Number == file ? d with { Inode = inode } : d)];
            Assert.Throws<HostStateException>(() => new Harness(Harness.Quiet, (saved with { Descriptors = descriptors }).Write()));
        }
    }

    [Fact]
    public void Damaged_states_are_refused_or_harmless()
    {
        using var harness = new Harness(Options);
        Fill(harness);
        _ = harness.MustOpen("d/f");
        byte[] state = harness.Module.CaptureState();
        using var target = new Harness(Options);
        for (int i = 0; i < state.Length; i++)
        {
            Assert.Throws<HostStateException>(() => target.Module.RestoreState(state.AsSpan(0, i)));
            byte[] flipped = (byte[])state.Clone();
            flipped[i] ^= (byte)(1 << (i % 8));
            try
            {
                target.Module.RestoreState(flipped);
            }
            catch (HostStateException)
            {
                continue;
            }

            _ = target.Module.CaptureState();
        }
    }

    private static void Fill(Harness harness)
    {
        harness.MakeFolder("d");
        harness.SetFile("d/f", "text");
        uint sparse = harness.MustOpen("sparse", OpenFlags.Create);
        Assert.Equal(Errno.Success, harness.Call("fd_pwrite", sparse, harness.Vectors(harness.Put("end")), 1, 100, 64));
        Assert.Equal(Errno.Success, harness.Call("fd_allocate", sparse, 0, 103));
        harness.MustClose(sparse);
        Assert.Equal(Errno.Success, harness.SymbolicLink("d/f", "link"));
        Assert.Equal(Errno.Success, harness.Link("d/f", "second"));
    }

    private static byte[] WithoutTimes(Harness harness) =>
        (SavedState.Read(harness.Module.CaptureState()) with { MonotonicNs = 0, ProcessNs = 0, ThreadNs = 0 }).Write();

    private static SavedMemoryFolder Changed(SavedMemoryFolder folder, ulong inode, Func<SavedMemoryNode, SavedMemoryNode> change) =>
        folder with { Nodes = [.. folder.Nodes.Select(n => n.Inode == inode ? change(n) : n)] };

    private static void Refused(string words, Func<SavedMemoryFolder, SavedMemoryFolder> change)
    {
        using var harness = new Harness(Options);
        Fill(harness);
        SavedState saved = SavedState.Read(harness.Module.CaptureState());
        SavedFolder folder = Assert.Single(saved.Folders);
        byte[] state = (saved with { Folders = [folder with { Memory = change(folder.Memory!) }] }).Write();
        Assert.Contains(words, Assert.Throws<HostStateException>(() => new Harness(Harness.Quiet, state)).Message, StringComparison.Ordinal);
    }
}

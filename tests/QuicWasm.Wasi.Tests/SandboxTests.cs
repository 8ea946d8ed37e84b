namespace QuicWasm.Wasi.Tests;

public sealed class SandboxTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public SandboxTests()
    {
        _folder["d/f"] = "inside";
        _folder.Link("file-out", "../secret");
        _folder.Link("folder-out", "..");
        _folder.Link("absolute", _folder.Beside("secret"));
        _folder.Link("d/twice", "../folder-out/secret");
        _folder.Link("self", "/proc/self/root");
    }

    public static TheoryData<string> Escapes =>
    [
        "..", "../secret", "d/../../secret", "d/../..", "/etc/passwd", "//etc", "/", "file-out", "folder-out/secret", "folder-out/../secret",
        "absolute", "d/twice", "self/etc/passwd", "./../secret", "d/./../../root/d/f", "../root/d/f",
    ];

    [Theory]
    [MemberData(nameof(Escapes))]
    public void Nothing_outside_is_opened(string path)
    {
        using var harness = new Harness(_folder.Options);
        Assert.Equal(Errno.Perm, harness.Open(path, out _));
        Assert.Equal(Errno.Perm, harness.Open(path, out _, OpenFlags.Directory));
        Assert.Equal(Errno.Perm, harness.Open(path, out _, OpenFlags.Create | OpenFlags.Truncate, Rights.FdWrite));
        (uint address, uint length) = harness.Put(path);
        Assert.Equal(Errno.Perm, harness.Call("path_filestat_get", 3, 1, address, length, 0));
        Assert.Equal("secret", File.ReadAllText(_folder.Beside("secret")));
    }

    [Theory]
    [InlineData("../new")]
    [InlineData("folder-out/new")]
    [InlineData("d/../../new")]
    [InlineData("/tmp-new-of-a-program")]
    public void Nothing_outside_is_changed(string path)
    {
        using var harness = new Harness(_folder.Options);
        (uint address, uint length) = harness.Put(path);
        (uint inside, uint insideLength) = harness.Put("d/f");
        Assert.Equal(Errno.Perm, harness.Path("path_create_directory", path));
        Assert.Equal(Errno.Perm, harness.Path("path_unlink_file", path.Replace("new", "secret", StringComparison.Ordinal)));
        Assert.Equal(Errno.Perm, harness.Path("path_remove_directory", path));
        Assert.Equal(Errno.Perm, harness.Call("path_rename", 3, inside, insideLength, 3, address, length));
        Assert.Equal(Errno.Perm, harness.Call("path_link", 3, 0, inside, insideLength, 3, address, length));
        Assert.Equal(Errno.Perm, harness.Call("path_symlink", inside, insideLength, 3, address, length));
        Assert.Equal(Errno.Perm, harness.Open(path, out _, OpenFlags.Create, Rights.FdWrite));
        Assert.False(File.Exists(_folder.Beside("new")) || Directory.Exists(_folder.Beside("new")));
        Assert.True(File.Exists(_folder.Beside("secret")));
    }

    [Fact]
    public void A_directory_opened_by_the_program_is_a_root_of_its_own()
    {
        using var harness = new Harness(_folder.Options);
        uint directory = harness.MustOpen("d", OpenFlags.Directory);
        Assert.Equal(Errno.Success, harness.Open("f", out _, directory: directory));
        Assert.Equal(Errno.Perm, harness.Open("../d/f", out _, directory: directory));
        Assert.Equal(Errno.Perm, harness.Open("..", out _, OpenFlags.Directory, directory: directory));
    }

    // RACE on purpose: "swap" is a directory at one moment and a link to the outside at the next.
    [Fact(Timeout = 60_000)]
    public async Task Renames_that_race_with_opens_do_not_lead_out()
    {
        Directory.CreateDirectory(_folder.Beside("outside"));
        File.WriteAllText(_folder.Beside("outside/f"), "outside");
        _folder["swap/f"] = "inside";
        using var stop = new CancellationTokenSource();
        var swapper = Task.Factory.StartNew(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    Directory.Move(_folder.Of("swap"), _folder.Of("kept"));
                    _folder.Link("swap", "../outside");
                    File.Delete(_folder.Of("swap"));
                    Directory.Move(_folder.Of("kept"), _folder.Of("swap"));
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        using var harness = new Harness(_folder.Options);
        (uint path, uint length) = harness.Put("swap/f");
        (uint made, uint madeLength) = harness.Put("swap/made");
        uint buffer = harness.Allocate(100), vectors = harness.Vectors((buffer, 100));
        int opened = 0, refused = 0;
        for (int i = 0; i < 1_000_000 && (opened < 100 || refused < 100); i++)
        {
            Errno errno = harness.Call("path_open", 3, 1, path, length, 0, (ulong)Rights.FdRead, 0, 0, 64);
            Assert.Contains(errno, new[] { Errno.Success, Errno.Perm, Errno.NoEnt, Errno.Again });
            if (errno == Errno.Success)
            {
                uint number = harness.U32(64);
                Assert.Equal(Errno.Success, harness.Call("fd_read", number, vectors, 1, 64));
                Assert.Equal("inside", harness.Text(buffer, (int)harness.U32(64)));
                Assert.Equal(Errno.Success, harness.Call("fd_close", number));
                opened++;
            }

            refused += errno == Errno.Perm ? 1 : 0;

            _ = harness.Call("path_create_directory", 3, made, madeLength);
            _ = harness.Call("path_remove_directory", 3, made, madeLength);
        }

        await stop.CancelAsync();
        await swapper;
        Assert.True(opened >= 100 && refused >= 100, $"{opened} opens saw the directory and {refused} the link");
        Assert.Equal(["f"], Directory.GetFileSystemEntries(_folder.Beside("outside")).Select(Path.GetFileName));
    }

    public void Dispose() => _folder.Dispose();
}

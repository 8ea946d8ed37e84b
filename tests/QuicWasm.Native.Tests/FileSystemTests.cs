using System.Text;
using static QuicWasm.Native.FileSystemCalls;

namespace QuicWasm.Native.Tests;

public sealed class FileSystemTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("quicwasm-");
    private readonly FileSystemDescriptor _root;

    public FileSystemTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "files of programs need Linux");
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "root", "a", "b"));
        File.WriteAllText(Path.Combine(_folder.FullName, "secret"), "secret");
        File.WriteAllText(Path.Combine(_folder.FullName, "root", "a", "b", "file"), "inside");
        Link("out", "../secret");
        Link("absolute", Path.Combine(_folder.FullName, "secret"));
        Link("in", "a/../a/b");
        Link("loop", "loop");
        Link("a/up", "../a/b/file");
        Link("a/toofar", "../../secret");
        Link("dangling", "made");
        _root = FileSystemDescriptor.OpenFolder(Path.Combine(_folder.FullName, "root"));
    }

    public static TheoryData<string, int> Paths => new()
    {
        { "a/b/file", 0 },
        { "./a//b/./file", 0 },
        { "a/b/../b/file", 0 },
        { "in/file", 0 },
        { "in/../b/file", 0 },
        { "a/up", 0 },
        { "a/b/", 0 },
        { "a/b/..", 0 },
        { ".", 0 },
        { "in/", 0 },
        { "..", -Eperm },
        { "../secret", -Eperm },
        { "a/../../secret", -Eperm },
        { "/etc/passwd", -Eperm },
        { "out", -Eperm },
        { "absolute", -Eperm },
        { "a/toofar", -Eperm },
        { "in/../../../secret", -Eperm },
        { "loop", -Eloop },
        { "loop/x", -Eloop },
        { "nothing", -Enoent },
        { "nothing/x", -Enoent },
        { "a/b/file/x", -Enotdir },
        { "a/b/file/", -Enotdir },
        { "dangling", -Enoent },
        { new string('n', 300), -Enametoolong },
        { string.Concat(Enumerable.Repeat("a/../", 900)), -Enametoolong },
    };

    [Theory]
    [MemberData(nameof(Paths))]
    public void The_kernel_and_the_walk_agree(string path, int expected)
    {
        Assert.Equal(expected, Outcome(FileSystemBeneath.Open(_root, Encoding.UTF8.GetBytes(path), OpenCloseOnExec, 0)));
        if (path.Length < FileSystemDescriptor.PathLimit)
        {
            Assert.Equal(expected, Outcome(FileSystemBeneath.OpenByWalk(_root, Encoding.UTF8.GetBytes(path), OpenCloseOnExec, 0)));
        }
    }

    [Fact]
    public void The_walk_creates_and_refuses_as_the_kernel_does()
    {
        int create = OpenCloseOnExec | OpenCreate | OpenWriteOnly;
        Assert.Equal(-Eexist, FileSystemBeneath.OpenByWalk(_root, "dangling"u8, create | OpenExclusive, 0x1ff));
        Assert.Equal(-Eloop, FileSystemBeneath.OpenByWalk(_root, "dangling"u8, create | OpenNoFollow, 0x1ff));
        Assert.Equal(0, Outcome(FileSystemBeneath.OpenByWalk(_root, "dangling"u8, create, 0x1ff)));
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "root", "made")));
        Assert.Equal(-Eperm, FileSystemBeneath.OpenByWalk(_root, "../made"u8, create, 0x1ff));
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "made")));
    }

    [Fact]
    public void The_last_component_of_a_change_is_never_followed()
    {
        Assert.Equal(0, _root.UnlinkFile("out"u8));
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "secret")));
        Assert.Equal(-Eexist, _root.CreateDirectory("absolute/"u8));
        Assert.Equal(-Eperm, _root.CreateDirectory("../made"u8));
        Assert.Equal(-Eperm, _root.Rename("a/b/file"u8, _root, "../file"u8));
        Assert.Equal(-Eperm, _root.Link("absolute"u8, true, _root, "x"u8));
        Assert.Equal(0, _root.Link("absolute"u8, false, _root, "x"u8));
        Assert.NotNull(new FileInfo(Path.Combine(_folder.FullName, "root", "x")).LinkTarget);
    }

    // RACE on purpose: "swap" is a directory at one moment and a link to the outside at the next.
    [Fact(Timeout = 60_000)]
    public async Task The_walk_is_not_led_out_by_renames()
    {
        string swap = Path.Combine(_folder.FullName, "root", "swap"), kept = Path.Combine(_folder.FullName, "root", "kept");
        Directory.CreateDirectory(swap);
        File.WriteAllText(Path.Combine(swap, "secret"), "inside");
        using var stop = new CancellationTokenSource();
        var swapper = Task.Factory.StartNew(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    Directory.Move(swap, kept);
                    Link("swap", "..");
                    File.Delete(swap);
                    Directory.Move(kept, swap);
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        int opened = 0, refused = 0;
        for (int i = 0; i < 1_000_000 && (opened < 100 || refused < 100); i++)
        {
            int number = FileSystemBeneath.OpenByWalk(_root, "swap/secret"u8, OpenCloseOnExec, 0);
            Assert.True(number >= 0 || number is -Eperm or -Enoent or -Enotdir or -Eloop, $"error {-number}");
            if (number >= 0)
            {
                Assert.Equal("inside", ReadAndClose(number));
            }

            opened += number >= 0 ? 1 : 0;
            refused += number == -Eperm ? 1 : 0;
        }

        await stop.CancelAsync();
        await swapper;
        Assert.True(opened >= 100 && refused >= 100, $"{opened} opens saw the directory and {refused} the link");
    }

    [Fact]
    public void Entries_are_all_there()
    {
        for (int i = 0; i < 2000; i++)
        {
            File.WriteAllText(Path.Combine(_folder.FullName, "root", "a", $"entry-{i}"), "");
        }

        Assert.Equal(0, _root.OpenBeneath("a"u8, FileSystemOpen.Directory, out FileSystemDescriptor? directory));
        using (directory)
        {
            var entries = new List<FileSystemEntry>();
            Assert.Equal(0, directory!.ReadEntries(entries));
            Assert.Equal(2000 + 5, entries.Count);
            Assert.Equal(FileSystemKind.Directory, entries.Single(e => e.Name.Span.SequenceEqual("b"u8)).Kind);
            Assert.Equal(FileSystemKind.SymbolicLink, entries.Single(e => e.Name.Span.SequenceEqual("up"u8)).Kind);
        }
    }

    [Fact]
    public unsafe void Vectors_are_skipped_in_order()
    {
        byte* bytes = stackalloc byte[10];
        FileSystemVector[] vectors = [FileSystemVector.Over(new Span<byte>(bytes, 4)), FileSystemVector.Over(new Span<byte>(bytes + 4, 6))];
        Span<FileSystemVector> rest = FileSystemVector.Skip(vectors, 5);
        Assert.Equal(1, rest.Length);
        Assert.Equal(5, rest[0].LengthBytes);
        Assert.True(FileSystemVector.Skip(rest, 5).IsEmpty);
    }

    [Fact]
    public unsafe void Status_and_position_are_the_systems()
    {
        Assert.Equal(0, _root.OpenBeneath("a/b/file"u8, FileSystemOpen.Read, out FileSystemDescriptor? file));
        using (file)
        {
            Assert.Equal(0, file!.Status(out FileSystemStatus status));
            Assert.Equal((FileSystemKind.RegularFile, 6UL, 1UL), (status.Kind, status.SizeBytes, status.LinkCount));
            Assert.Equal(4, file.Seek(-2, 2));
            byte* bytes = stackalloc byte[10];
            Assert.Equal(2, file.Read([FileSystemVector.Over(new Span<byte>(bytes, 10))]));
            Assert.EndsWith("root/a/b/file", Encoding.UTF8.GetString(file.HostPath()!), StringComparison.Ordinal);
            Assert.Equal(-9, file.Write([FileSystemVector.Over(new Span<byte>(bytes, 10))]));
        }
    }

    public void Dispose()
    {
        _root?.Dispose();
        _folder.Delete(true);
    }

    private static int Outcome(int result)
    {
        if (result >= 0)
        {
            Assert.Equal(0, FileSystemCalls.Close(result));
        }

        return Math.Min(result, 0);
    }

    private static unsafe string ReadAndClose(int number)
    {
        using var file = FileSystemDescriptor.Own(number);
        byte* bytes = stackalloc byte[10];
        return Encoding.ASCII.GetString(bytes, (int)file.Read([FileSystemVector.Over(new Span<byte>(bytes, 10))]));
    }

    private void Link(string name, string target) => File.CreateSymbolicLink(Path.Combine(_folder.FullName, "root", name), target);
}

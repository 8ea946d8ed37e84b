namespace QuicWasm.Wasi.Tests;

public sealed class PathTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Harness _harness;

    public PathTests()
    {
        _folder["f"] = "content";
        _folder["d/inner"] = "inner";
        _folder.Link("link", "f");
        _folder.Link("out", "../secret");
        _harness = new Harness(_folder.Options);
    }

    [Fact]
    public void Directories_are_made_and_removed()
    {
        Assert.Equal(Errno.Success, _harness.Path("path_create_directory", "new"));
        Assert.Equal(Errno.Success, _harness.Path("path_create_directory", "new/deep/"));
        Assert.Equal(Errno.Exist, _harness.Path("path_create_directory", "new"));
        Assert.Equal(Errno.Exist, _harness.Path("path_create_directory", "link"));
        Assert.Equal(Errno.NoEnt, _harness.Path("path_create_directory", "nothing/new"));
        Assert.Equal(Errno.NotEmpty, _harness.Path("path_remove_directory", "new"));
        Assert.Equal(Errno.Success, _harness.Path("path_remove_directory", "new/deep"));
        Assert.Equal(Errno.Success, _harness.Path("path_remove_directory", "new/"));
        Assert.Equal(Errno.NotDir, _harness.Path("path_remove_directory", "f"));
        Assert.Equal(Errno.NoEnt, _harness.Path("path_remove_directory", "new"));
        Assert.Equal(Errno.NotDir, _harness.Path("path_create_directory", "f/new"));
    }

    [Fact]
    public void Files_are_unlinked_and_directories_are_not()
    {
        Assert.Equal(Errno.IsDir, _harness.Path("path_unlink_file", "d"));
        Assert.Equal(Errno.NotDir, _harness.Path("path_unlink_file", "f/"));
        Assert.Equal(Errno.Success, _harness.Path("path_unlink_file", "out"));
        Assert.Equal(Errno.Success, _harness.Path("path_unlink_file", "f"));
        Assert.Equal(Errno.NoEnt, _harness.Path("path_unlink_file", "f"));
        Assert.True(File.Exists(_folder.Beside("secret")));
    }

    [Fact]
    public void Renaming_replaces_files()
    {
        Assert.Equal(Errno.Success, Rename("f", "d/g"));
        Assert.Equal("content", _folder["d/g"]);
        Assert.Equal(Errno.Success, Rename("d/g", "d/inner"));
        Assert.Equal("content", _folder["d/inner"]);
        Assert.Equal(Errno.NoEnt, Rename("d/g", "x"));
        _folder["f"] = "";
        Assert.Equal(Errno.IsDir, Rename("f", "d"));
        Assert.Equal(Errno.Success, Rename("d", "e"));
        Assert.Equal(Errno.Inval, Rename("e", "e/below"));
    }

    [Fact]
    public void Links_share_a_file()
    {
        Assert.Equal(Errno.Success, Link("f", "second", false));
        _folder["second"] = "changed";
        Assert.Equal("changed", _folder["f"]);
        Assert.Equal(Errno.Exist, Link("f", "second", false));
        Assert.Equal(Errno.Success, Link("link", "followed", true));
        Assert.Null(new FileInfo(_folder.Of("followed")).LinkTarget);
        Assert.Equal(Errno.Success, Link("link", "copied", false));
        Assert.Equal("f", new FileInfo(_folder.Of("copied")).LinkTarget);
        Assert.Equal(Errno.Perm, Link("d", "directory", false));
        Assert.Equal(Errno.NoEnt, Link("nothing", "x", false));
    }

    [Fact]
    public void Symbolic_links_are_made_and_read()
    {
        Assert.Equal(Errno.Success, SymbolicLink("d/inner", "new"));
        Assert.Equal("inner", _harness.MustRead(_harness.MustOpen("new")));
        Assert.Equal(Errno.Exist, SymbolicLink("f", "new"));
        Assert.Equal(Errno.Perm, SymbolicLink("/etc/passwd", "absolute"));
        Assert.Equal((Errno.Success, "d/inner"), ReadLink("new", 100));
        Assert.Equal((Errno.Success, "d/i"), ReadLink("new", 3));
        Assert.Equal((Errno.Success, "../secret"), ReadLink("out", 100));
        Assert.Equal((Errno.Inval, ""), ReadLink("f", 100));
        Assert.Equal((Errno.NoEnt, ""), ReadLink("nothing", 100));
    }

    [Fact]
    public void Status_by_path_follows_only_on_request()
    {
        Assert.Equal((Errno.Success, 4), Status("link", true));
        Assert.Equal(7UL, _harness.U64(32));
        Assert.Equal((Errno.Success, 7), Status("link", false));
        Assert.Equal((Errno.Success, 7), Status("out", false));
        Assert.Equal(Errno.Perm, Status("out", true).Errno);
        Assert.Equal((Errno.Success, 3), Status(".", true));
        Assert.Equal((Errno.Success, 3), Status("d/../d/", false));
        Assert.Equal(Errno.NoEnt, Status("nothing", false).Errno);
    }

    [Fact]
    public void Times_by_path_follow_only_on_request()
    {
        (uint path, uint length) = _harness.Put("link");
        Assert.Equal(Errno.Success, _harness.Call("path_filestat_set_times", 3, 1, path, length, 1000, 2000, 5));
        Assert.Equal(Errno.Success, _harness.Call("path_filestat_set_times", 3, 0, path, length, 3000, 4000, 5));
        Status("link", true);
        Assert.Equal((1000UL, 2000UL), (_harness.U64(40), _harness.U64(48)));
        Status("link", false);
        Assert.Equal(4000UL, _harness.U64(48));
        Assert.Equal(Errno.Inval, _harness.Call("path_filestat_set_times", 3, 0, path, length, 0, 0, 3));
    }

    public void Dispose()
    {
        _harness?.Dispose();
        _folder.Dispose();
    }

    private Errno Rename(string from, string to)
    {
        (uint path, uint length) = _harness.Put(from);
        (uint newPath, uint newLength) = _harness.Put(to);
        return _harness.Call("path_rename", 3, path, length, 3, newPath, newLength);
    }

    private Errno Link(string from, string to, bool follow)
    {
        (uint path, uint length) = _harness.Put(from);
        (uint newPath, uint newLength) = _harness.Put(to);
        return _harness.Call("path_link", 3, follow ? 1u : 0u, path, length, 3, newPath, newLength);
    }

    private Errno SymbolicLink(string target, string name)
    {
        (uint path, uint length) = _harness.Put(target);
        (uint newPath, uint newLength) = _harness.Put(name);
        return _harness.Call("path_symlink", path, length, 3, newPath, newLength);
    }

    private (Errno Errno, string Target) ReadLink(string name, int lengthBytes)
    {
        (uint path, uint length) = _harness.Put(name);
        Errno errno = _harness.Call("path_readlink", 3, path, length, 1000, (ulong)lengthBytes, 64);
        return (errno, errno == Errno.Success ? _harness.Text(1000, (int)_harness.U32(64)) : "");
    }

    private (Errno Errno, int Kind) Status(string name, bool follow)
    {
        (uint path, uint length) = _harness.Put(name);
        Errno errno = _harness.Call("path_filestat_get", 3, follow ? 1u : 0u, path, length, 0);
        return (errno, errno == Errno.Success ? _harness.Bytes(16, 1)[0] : -1);
    }
}

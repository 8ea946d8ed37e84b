namespace QuicWasm.Wasi.Tests;

/// <content>Names, directories and links.</content>
public abstract partial class FolderConformance
{
    [Fact]
    public void Creating_truncating_and_exclusiveness()
    {
        Assert.Equal(Errno.NoEnt, Guest.Open("f", out _));
        Guest.MustWrite(Guest.MustOpen("f", OpenFlags.Create | OpenFlags.Exclusive), "text");
        Assert.Equal(Errno.Exist, Guest.Open("f", out _, OpenFlags.Create | OpenFlags.Exclusive));
        Assert.Equal("text", Guest.MustRead(Guest.MustOpen("f", OpenFlags.Create)));
        _ = Guest.MustOpen("f", OpenFlags.Truncate);
        Assert.Equal("", Guest.File("f"));
        Assert.Equal(Errno.NoEnt, Guest.Open("no/f", out _, OpenFlags.Create));
        Assert.Equal(Errno.IsDir, Guest.Open("g/", out _, OpenFlags.Create));
        Assert.Equal(Errno.NotDir, Guest.Open("f/", out _));
        Assert.Equal(Errno.NotDir, Guest.Open("f/x", out _, OpenFlags.Create));
        Assert.Equal(Errno.NotDir, Guest.Open("f/.", out _));
    }

    [Fact]
    public void Directories_and_files_are_told_apart()
    {
        Guest.MakeFolder("d");
        Guest.SetFile("d/f", "x");
        Assert.Equal(Errno.NotDir, Guest.Open("d/f", out _, OpenFlags.Directory));
        Assert.Equal(Errno.IsDir, Guest.Open("d", out _, OpenFlags.None, Rights.FdWrite));
        Assert.Equal(Errno.IsDir, Guest.Open("d", out _, OpenFlags.Create));
        Assert.Equal(Errno.IsDir, Guest.Open("d", out _, OpenFlags.Truncate));
        Assert.Equal(Errno.IsDir, Guest.Open("d", out _, OpenFlags.Directory, Rights.FdRead | Rights.FdWrite));
        Assert.Equal(Errno.Success, Guest.Open("d", out _));
        uint directory = Guest.MustOpen("d", OpenFlags.Directory);
        Assert.Equal("x", Guest.File("f", directory));
        Assert.Equal(Errno.NotDir, Guest.Open("x", out _, directory: Guest.MustOpen("d/f")));
        Assert.Equal("x", Guest.File("./d//.././d/f"));
    }

    [Fact]
    public void Access_is_what_the_rights_ask_for()
    {
        Guest.SetFile("f", "abc");
        Assert.Equal(Errno.Success, Guest.Open("f", out uint reader, rights: Rights.FdRead));
        Assert.Equal(Errno.NotCapable, Guest.Write(reader, "x", out _));
        Assert.Equal(Errno.Success, Guest.Open("f", out uint writer, rights: Rights.FdWrite));
        Assert.Equal(Errno.NotCapable, Guest.Read(writer, 1, out _));
        Guest.MustWrite(writer, "X");
        Assert.Equal("Xbc", Guest.MustRead(reader));
    }

    [Fact]
    public void Entries_come_in_order_with_kind_number_and_cookie()
    {
        Guest.SetFile("file", "x");
        Guest.MakeFolder("sub");
        Assert.Equal(Errno.Success, Guest.SymbolicLink("file", "link"));
        Assert.Equal(
            [(".", Directory, 1), ("..", Directory, 2), ("file", Regular, 3), ("link", Link, 4), ("sub", Directory, 5)],
            Guest.List().Select(static e => (e.Name, e.Kind, (int)e.Next)));
        Assert.Equal(Guest.Status("sub").Status.Inode, Guest.List()[4].Inode);
        Assert.Equal((Guest.Status(3u).Inode, 0UL), (Guest.List()[0].Inode, Guest.List()[1].Inode));
        Assert.Equal(["link", "sub"], Guest.List(cookie: 3).Select(static e => e.Name));
        Assert.Empty(Guest.List(cookie: 5));
        Assert.Equal([".", ".."], Guest.List(bufferBytes: 60).Select(static e => e.Name));
    }

    [Fact]
    public void A_listing_stays_as_it_was_until_the_rewind()
    {
        Guest.SetFile("a", "");
        Guest.SetFile("b", "");
        Assert.Equal("a", Guest.List()[2].Name);
        Assert.Equal(Errno.Success, Guest.Path("path_unlink_file", "a"));
        Guest.SetFile("0", "");
        Assert.Equal(["b"], Guest.List(cookie: 3).Select(static e => e.Name));
        Assert.Equal(["0", "b"], Guest.List().Skip(2).Select(static e => e.Name));
    }

    [Fact]
    public void Directories_are_made_and_removed()
    {
        Guest.SetFile("f", "");
        Guest.MakeFolder("new");
        Guest.MakeFolder("new/deep/");
        Assert.Equal((2UL, 3UL), (Guest.Status("new/deep").Status.Links, Guest.Status("new").Status.Links));
        Assert.Equal(Errno.Exist, Guest.Path("path_create_directory", "new"));
        Assert.Equal(Errno.Exist, Guest.Path("path_create_directory", "f"));
        Assert.Equal(Errno.Exist, Guest.Path("path_create_directory", "new/.."));
        Assert.Equal(Errno.NoEnt, Guest.Path("path_create_directory", "nothing/new"));
        Assert.Equal(Errno.NotDir, Guest.Path("path_create_directory", "f/new"));
        Assert.Equal(Errno.NotEmpty, Guest.Path("path_remove_directory", "new"));
        Assert.Equal(Errno.Inval, Guest.Path("path_remove_directory", "new/."));
        Assert.Equal(Errno.NotEmpty, Guest.Path("path_remove_directory", "new/deep/.."));
        Assert.Equal(Errno.Success, Guest.Path("path_remove_directory", "new/deep"));
        Assert.Equal(Errno.Success, Guest.Path("path_remove_directory", "new/"));
        Assert.Equal(Errno.NotDir, Guest.Path("path_remove_directory", "f"));
        Assert.Equal(Errno.NoEnt, Guest.Path("path_remove_directory", "new"));
    }

    [Fact]
    public void Files_are_unlinked_and_directories_are_not()
    {
        Guest.SetFile("f", "");
        Guest.MakeFolder("d");
        Assert.Equal(Errno.IsDir, Guest.Path("path_unlink_file", "d"));
        Assert.Equal(Errno.IsDir, Guest.Path("path_unlink_file", "d/"));
        Assert.Equal(Errno.IsDir, Guest.Path("path_unlink_file", "d/."));
        Assert.Equal(Errno.NotDir, Guest.Path("path_unlink_file", "f/"));
        Assert.Equal(Errno.Success, Guest.Path("path_unlink_file", "f"));
        Assert.Equal(Errno.NoEnt, Guest.Path("path_unlink_file", "f"));
        Assert.Equal(Errno.NoEnt, Guest.Path("path_unlink_file", "x/f"));
    }

    [Fact]
    public void Renaming_replaces_what_is_of_its_kind()
    {
        Guest.SetFile("f", "content");
        Guest.MakeFolder("d");
        Guest.MakeFolder("empty");
        Guest.SetFile("d/inner", "inner");
        uint open = Guest.MustOpen("d/inner");
        Assert.Equal(Errno.Success, Guest.Rename("f", "d/inner"));
        Assert.Equal(("content", "inner"), (Guest.File("d/inner"), Guest.MustRead(open)));
        Assert.Equal(Errno.NoEnt, Guest.Rename("f", "x"));
        Guest.SetFile("f", "");
        Assert.Equal(Errno.IsDir, Guest.Rename("f", "d"));
        Assert.Equal(Errno.NotDir, Guest.Rename("d", "f"));
        Assert.Equal(Errno.NotDir, Guest.Rename("f", "g/"));
        Assert.Equal(Errno.NotEmpty, Guest.Rename("empty", "d"));
        Assert.Equal(Errno.NotEmpty, Guest.Rename("d/inner", "d"));
        Assert.Equal(Errno.Inval, Guest.Rename("d", "d/below"));
        Assert.Equal(Errno.Busy, Guest.Rename("d/.", "x"));
        Assert.Equal(Errno.Busy, Guest.Rename("f", ".."));
        Assert.Equal(Errno.Success, Guest.Rename("d", "empty"));
        Assert.Equal("content", Guest.File("empty/inner"));
        Assert.Equal(Errno.Success, Guest.Rename("empty/", "d/"));
        Assert.Equal(Errno.Success, Guest.Rename("d", "d"));
    }

    [Fact]
    public void A_moved_directory_knows_its_new_parent()
    {
        Guest.MakeFolder("a");
        Guest.MakeFolder("a/b");
        Guest.MakeFolder("c");
        Guest.SetFile("c/f", "in c");
        Assert.Equal(Errno.Success, Guest.Rename("a/b", "c/b"));
        Assert.Equal("in c", Guest.File("c/b/../f"));
        Assert.Equal((2UL, 3UL), (Guest.Status("a").Status.Links, Guest.Status("c").Status.Links));
    }

    [Fact]
    public void Links_share_a_file()
    {
        Guest.SetFile("f", "content");
        Guest.MakeFolder("d");
        Assert.Equal(Errno.Success, Guest.SymbolicLink("f", "link"));
        Assert.Equal(Errno.Success, Guest.Link("f", "second"));
        Guest.SetFile("second", "changed");
        Assert.Equal(("changed", 2UL), (Guest.File("f"), Guest.Status("f").Status.Links));
        Assert.Equal(Guest.Status("f").Status.Inode, Guest.Status("second").Status.Inode);
        Assert.Equal(Errno.Success, Guest.Rename("f", "second"));
        Assert.Equal("changed", Guest.File("f"));
        Assert.Equal(Errno.Exist, Guest.Link("f", "second"));
        Assert.Equal(Errno.Success, Guest.Link("link", "followed", follow: true));
        Assert.Equal(Errno.Inval, Guest.ReadLink("followed").Errno);
        Assert.Equal(Errno.Success, Guest.Link("link", "copied"));
        Assert.Equal((Errno.Success, "f"), Guest.ReadLink("copied"));
        Assert.Equal(Errno.Perm, Guest.Link("d", "directory"));
        Assert.Equal(Errno.NoEnt, Guest.Link("nothing", "x"));
        Assert.Equal(Errno.NoEnt, Guest.Link("f", "x/"));
    }

    [Fact]
    public void Symbolic_links_are_made_read_and_followed_on_request()
    {
        Guest.MakeFolder("d");
        Guest.SetFile("d/inner", "inner");
        Assert.Equal(Errno.Success, Guest.SymbolicLink("d/inner", "new"));
        Assert.Equal(Errno.Success, Guest.SymbolicLink("../d", "d/self"));
        Assert.Equal("inner", Guest.File("new"));
        Assert.Equal("inner", Guest.File("d/self/self/inner"));
        Assert.Equal(Errno.Exist, Guest.SymbolicLink("f", "new"));
        Assert.Equal(Errno.Perm, Guest.SymbolicLink("/etc/passwd", "absolute"));
        Assert.Equal(Errno.NoEnt, Guest.SymbolicLink("f", "x/"));
        Assert.Equal((Errno.Success, "d/inner"), Guest.ReadLink("new"));
        Assert.Equal((Errno.Success, "d/i"), Guest.ReadLink("new", 3));
        Assert.Equal((Errno.Inval, ""), Guest.ReadLink("d/inner"));
        Assert.Equal((Errno.NoEnt, ""), Guest.ReadLink("nothing"));
        Assert.Equal((Link, 7UL), (Guest.Status("new", false).Status.Kind, Guest.Status("new", false).Status.SizeBytes));
        Assert.Equal(Regular, Guest.Status("new").Status.Kind);
        Assert.Equal(Errno.Loop, Guest.Open("new", out _, follow: false));
        Assert.Equal(Errno.NotDir, Guest.Open("d/self", out _, OpenFlags.Directory, follow: false));
        Assert.Equal(Errno.Success, Guest.SymbolicLink("loop", "loop"));
        Assert.Equal(Errno.Loop, Guest.Open("loop", out _));
        Assert.Equal(Errno.Success, Guest.SymbolicLink("dangling-target", "dangling"));
        Assert.Equal(Errno.NoEnt, Guest.Open("dangling", out _));
        Assert.Equal(Errno.Exist, Guest.Open("dangling", out _, OpenFlags.Create | OpenFlags.Exclusive));
        Guest.SetFile("dangling", "made");
        Assert.Equal("made", Guest.File("dangling-target"));
    }

    [Fact]
    public void Times_by_path_follow_only_on_request()
    {
        Guest.SetFile("f", "x");
        Assert.Equal(Errno.Success, Guest.SymbolicLink("f", "link"));
        (uint path, uint length) = Guest.Put("link");
        Assert.Equal(Errno.Success, Guest.Call("path_filestat_set_times", 3, 1, path, length, 1000, 2000, 5));
        Assert.Equal(Errno.Success, Guest.Call("path_filestat_set_times", 3, 0, path, length, 3000, 4000, 5));
        Assert.Equal((1000UL, 2000UL), (Guest.Status("link").Status.AccessedNs, Guest.Status("link").Status.ModifiedNs));
        Assert.Equal(4000UL, Guest.Status("link", false).Status.ModifiedNs);
    }

    [Fact]
    public void Paths_and_names_have_limits()
    {
        Assert.Equal(Errno.NameTooLong, Guest.Open(Text(256), out _, OpenFlags.Create));
        Assert.Equal(Errno.Success, Guest.Open(Text(255), out _, OpenFlags.Create));
        Assert.Equal(Errno.NameTooLong, Guest.Open(Text(5000), out _));
        Assert.Equal(Errno.NameTooLong, Guest.Path("path_create_directory", Text(256)));
        Assert.Equal(Errno.NameTooLong, Guest.SymbolicLink(Text(5000), "link"));
        Assert.Equal(Errno.NoEnt, Guest.Open("", out _));
        Assert.Equal(Errno.Inval, Guest.Open("f\0", out _));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("d/../../x")]
    [InlineData("d/../..")]
    [InlineData("/etc")]
    [InlineData("//d")]
    [InlineData("/")]
    [InlineData("out/x")]
    [InlineData("./../x")]
    [InlineData("d/twice/x")]
    public void Nothing_outside_is_reached(string path)
    {
        Guest.MakeFolder("d");
        Guest.SetFile("d/f", "inside");
        Assert.Equal(Errno.Success, Guest.SymbolicLink("..", "out"));
        Assert.Equal(Errno.Success, Guest.SymbolicLink("../out", "d/twice"));
        Assert.Equal(Errno.Perm, Guest.Open(path, out _));
        Assert.Equal(Errno.Perm, Guest.Open(path, out _, OpenFlags.Create | OpenFlags.Truncate, Rights.FdWrite));
        Assert.Equal(Errno.Perm, Guest.Status(path).Errno);
        if (path.EndsWith('x') || path == "/etc")
        {
            Assert.Equal(Errno.Perm, Guest.Path("path_create_directory", path));
            Assert.Equal(Errno.Perm, Guest.Path("path_unlink_file", path));
            Assert.Equal(Errno.Perm, Guest.Rename("d/f", path));
            Assert.Equal(Errno.Perm, Guest.Link("d/f", path));
            Assert.Equal(Errno.Perm, Guest.SymbolicLink("d/f", path));
        }
    }

    [Fact]
    public void A_directory_opened_by_the_program_is_a_root_of_its_own()
    {
        Guest.MakeFolder("d");
        Guest.SetFile("f", "x");
        uint directory = Guest.MustOpen("d", OpenFlags.Directory);
        Assert.Equal(Errno.Perm, Guest.Open("../f", out _, directory: directory));
        Assert.Equal(Errno.Perm, Guest.Open("..", out _, directory: directory));
    }

    [Fact]
    public void Two_folders_are_apart()
    {
        Guest.SetFile("f", "first");
        Guest.SetFile("f", "second", directory: 4);
        Assert.Equal(("first", "second"), (Guest.File("f"), Guest.File("f", 4)));
        uint first = Guest.MustOpen("f"), second = Guest.MustOpen("f", directory: 4);
        GuestStatus a = Guest.Status(first), b = Guest.Status(second);
        Assert.NotEqual((a.Device, a.Inode), (b.Device, b.Inode));
        Assert.Equal([".", "..", "f"], Guest.List(4).Select(static e => e.Name));
    }

    [Fact]
    public void A_folder_is_opened_again_with_the_rights_that_it_has()
    {
        Assert.Equal(Errno.Success, Guest.Call("fd_fdstat_get", 3, Harness.Scratch));
        var rights = (Rights)Guest.U64(Harness.Scratch + 8);
        var inheriting = (Rights)Guest.U64(Harness.Scratch + 16);
        Assert.Equal(Errno.Success, Guest.Open(".", out uint again, OpenFlags.None, rights, inheriting: inheriting));
        Guest.SetFile("f", "x", directory: again);
        Assert.Equal("x", Guest.File("f"));
    }

    [Fact]
    public void A_read_only_folder_refuses_changes()
    {
        using var harness = new Harness(Harness.Quiet with { Preopens = [Folder("/data") with { IsReadOnly = true }] });
        Rights reading = Rights.All & ~RightsFacts.Writing;
        Assert.Equal(Errno.RoFs, harness.Open("f", out _, OpenFlags.Create, reading));
        Assert.Equal(Errno.RoFs, harness.Path("path_create_directory", "new"));
        Assert.Equal(Errno.RoFs, harness.SymbolicLink("x", "link"));
        Assert.Equal(Errno.NoEnt, harness.Open("f", out _, OpenFlags.None, reading));
    }
}

using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi.Tests;

public sealed class HostileStateTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] state = State();
        using var harness = new Harness(_folder.Options);
        for (int length = 0; length < state.Length; length++)
        {
            Assert.Throws<HostStateException>(() => harness.Module.RestoreState(state.AsSpan(0, length)));
        }

        Assert.Throws<HostStateException>(() => harness.Module.RestoreState([.. state, 0]));
        harness.Module.RestoreState(state);
    }

    // Any byte may change: it is refused as such, or gives a state that stays in the folder. Memory and time stay bounded.
    [Fact]
    public void Every_flipped_byte_is_refused_or_harmless()
    {
        byte[] state = State();
        var values = new byte[] { 0x01, 0x80, 0xff };
        long before = GC.GetAllocatedBytesForCurrentThread();
        using var harness = new Harness(_folder.Options);
        for (int i = 0; i < state.Length; i++)
        {
            foreach (byte value in values)
            {
                byte[] flipped = (byte[])state.Clone();
                flipped[i] ^= value;
                try
                {
                    harness.Module.RestoreState(flipped);
                }
                catch (HostStateException)
                {
                    continue;
                }

                _ = harness.Module.CaptureState();
            }
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000_000);
        Assert.Equal("secret", File.ReadAllText(_folder.Beside("secret")));
    }

    [Fact]
    public void Another_version_is_named()
    {
        byte[] state = State();
        state[0] = 9;
        using var harness = new Harness(_folder.Options);
        Assert.Contains("version 9", Assert.Throws<HostStateException>(() => harness.Module.RestoreState(state)).Message, StringComparison.Ordinal);
        Assert.Throws<HostStateException>(() => harness.Module.RestoreState([]));
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("out")]
    public void A_path_out_of_the_folder_is_refused(string path)
    {
        _folder.Link("out", "../secret");
        Refused(s => s with { Path = System.Text.Encoding.UTF8.GetBytes(path) });
    }

    [Fact]
    public void Impossible_descriptors_are_refused()
    {
        Refused(s => s with { Path = [] });
        Refused(s => s with { Path = [1, 0, 1] });
        Refused(s => s with { Offset = ulong.MaxValue });
        Refused(s => s with { Access = FileSystemOpen.Truncate });
        Refused(s => s with { Base = (Rights)ulong.MaxValue });
        Refused(s => s with { Flags = (FdFlags)64 });
        Refused(s => s with { Number = 3 });
        Refused(s => s with { Number = DescriptorTable.Limit });
        Refused(s => s with { Number = -1 });
        Refused(s => s with { Index = 1 });
        Refused(s => s with { Index = -1 });
        Refused(s => s with { Kind = DescriptorKind.Connection });
        Refused(s => s with { FileKind = FileSystemKind.Directory });
        Refused(s => s with { FileKind = (FileSystemKind)77 });
        Refused(s => s with { Entries = [new FileSystemEntry("a/b"u8.ToArray(), 0, default)] });
        Refused(s => s with { Entries = [new FileSystemEntry(default, 0, default)] });
    }

    [Fact]
    public void Rights_that_do_not_fit_the_file_are_dropped()
    {
        SavedState saved = SavedState.Read(State());
        SavedDescriptor[] descriptors = [.. saved.Descriptors.Select(static d => d with { Base = Rights.All })];
        using var harness = new Harness(_folder.Options, (saved with { Descriptors = descriptors }).Write());
        Assert.Equal(Errno.SPipe, harness.Call("fd_seek", 1, 0, 0, 64));
        Assert.Equal(Errno.NotCapable, harness.Call("fd_sync", 1));
        Assert.Equal(Errno.NotDir, harness.Open("x", out _, directory: 4));
    }

    public void Dispose() => _folder.Dispose();

    private byte[] State()
    {
        _folder["f"] = "abc";
        _folder["d/x"] = "abc";
        using var harness = new Harness(_folder.Options with { Arguments = ["a", "b"], Environment = ["X=1"], RandomSeed = 1 });
        _ = harness.MustRead(harness.MustOpen("f"), 2);
        uint directory = harness.MustOpen("d", OpenFlags.Directory);
        Assert.Equal(Errno.Success, harness.Call("fd_readdir", directory, 0, 100, 0, 64));
        harness.SetU64(1024 + 24, 9_000_000_000);
        harness.Interruption.Request();
        Assert.Equal(Errno.Interrupted, harness.Call("poll_oneoff", 1024, 2048, 1, 64));
        return harness.Module.CaptureState();
    }

    private void Refused(Func<SavedDescriptor, SavedDescriptor> change)
    {
        SavedState saved = SavedState.Read(State());
        SavedDescriptor[] descriptors = [.. saved.Descriptors.Select(d => d.Number == 4 ? change(d) : d)];
        byte[] state = (saved with { Descriptors = descriptors }).Write();
        using var harness = new Harness(_folder.Options);
        Assert.Throws<HostStateException>(() => harness.Module.RestoreState(state));
    }
}

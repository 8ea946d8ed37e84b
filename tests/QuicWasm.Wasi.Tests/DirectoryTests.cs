using System.Buffers.Binary;

namespace QuicWasm.Wasi.Tests;

public sealed class DirectoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Entries_come_with_kind_and_cookie()
    {
        _folder["file"] = "x";
        _folder["sub/x"] = "x";
        _folder.Link("link", "file");
        using var harness = new Harness(_folder.Options);
        Assert.Equal(
            [(".", 3, 1), ("..", 3, 2), ("file", 4, 3), ("link", 7, 4), ("sub", 3, 5)],
            List(harness, 3, 0, 4096).Select(static e => (e.Name, e.Kind, (int)e.Next)));
        Assert.Equal(["link", "sub"], List(harness, 3, 3, 4096).Select(static e => e.Name));
        Assert.Empty(List(harness, 3, 5, 4096));
        Assert.Empty(List(harness, 3, ulong.MaxValue, 4096));
    }

    [Theory]
    [InlineData(25)]
    [InlineData(40)]
    [InlineData(100)]
    [InlineData(1000)]
    public void A_small_buffer_sees_every_entry_once(int bufferBytes)
    {
        string[] names = [.. Enumerable.Range(0, 60).Select(static i => $"{i:00}")];
        Array.ForEach(names, n => _folder[n] = "");
        using var harness = new Harness(_folder.Options);
        var seen = new List<string>();
        ulong cookie = 0;
        int used;
        do
        {
            Entry[] entries = List(harness, 3, cookie, bufferBytes, out used);
            seen.AddRange(entries.Select(static e => e.Name));
            cookie = entries.Length > 0 ? entries[^1].Next : cookie;
            bufferBytes = entries.Length > 0 ? bufferBytes : bufferBytes + 10;
        }
        while (used == bufferBytes || used > 0);
        Assert.Equal([".", "..", .. names], seen);
    }

    [Fact]
    public void A_listing_stays_as_it_was_until_the_rewind()
    {
        _folder["a"] = "";
        _folder["b"] = "";
        using var harness = new Harness(_folder.Options);
        Assert.Equal("a", List(harness, 3, 0, 4096)[2].Name);
        File.Delete(_folder.Of("a"));
        _folder["0"] = "";
        Assert.Equal(["b"], List(harness, 3, 3, 4096).Select(static e => e.Name));
        Assert.Equal(["0", "b"], List(harness, 3, 0, 4096).Skip(2).Select(static e => e.Name));
    }

    [Fact]
    public void Positions_travel()
    {
        for (char c = 'a'; c <= 'e'; c++)
        {
            _folder[c.ToString()] = "";
        }

        using var other = new TempFolder();
        other["zzz"] = "";
        using var harness = new Harness(_folder.Options);
        _ = List(harness, 3, 0, 100);
        using var moved = new Harness(other.Options, harness.Module.CaptureState());
        Assert.Equal(["b", "c", "d", "e"], List(moved, 3, 3, 4096).Select(static e => e.Name));
        Assert.Equal("zzz", List(moved, 3, 0, 4096)[^1].Name);
    }

    [Fact]
    public void Only_directories_have_entries()
    {
        _folder["f"] = "";
        using var harness = new Harness(_folder.Options);
        Assert.Equal(Errno.NotDir, harness.Call("fd_readdir", harness.MustOpen("f"), 0, 100, 0, 64));
        Assert.Equal(Errno.BadF, harness.Call("fd_readdir", 60, 0, 100, 0, 64));
        Assert.Equal(Errno.Success, harness.Call("fd_readdir", 3, 0, 0, 0, 64));
        Assert.Equal(0u, harness.U32(64));
    }

    public void Dispose() => _folder.Dispose();

    private static Entry[] List(Harness harness, uint directory, ulong cookie, int bufferBytes) => List(harness, directory, cookie, bufferBytes, out _);

    private static Entry[] List(Harness harness, uint directory, ulong cookie, int bufferBytes, out int used)
    {
        uint buffer = harness.Allocate(bufferBytes);
        Assert.Equal(Errno.Success, harness.Call("fd_readdir", directory, buffer, (ulong)bufferBytes, cookie, 64));
        used = (int)harness.U32(64);
        ReadOnlySpan<byte> bytes = harness.Bytes(buffer, used);
        var entries = new List<Entry>();
        while (bytes.Length >= 24)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]);
            if (bytes.Length < 24 + length)
            {
                break;
            }

            entries.Add(new Entry(BinaryPrimitives.ReadUInt64LittleEndian(bytes), bytes[20], System.Text.Encoding.UTF8.GetString(bytes.Slice(24, length))));
            bytes = bytes[(24 + length)..];
        }

        return [.. entries];
    }

    private sealed record Entry(ulong Next, int Kind, string Name);
}

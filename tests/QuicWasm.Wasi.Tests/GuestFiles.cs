using System.Buffers.Binary;
using System.Text;

namespace QuicWasm.Wasi.Tests;

/// <summary>Files as a program sees them, whatever its folder is: everything goes through its calls. The folder is descriptor 3.</summary>
internal static class GuestFiles
{
    public static void SetFile(this Harness harness, string path, string text, uint directory = 3)
    {
        uint file = harness.MustOpen(path, OpenFlags.Create | OpenFlags.Truncate, directory: directory);
        harness.MustWrite(file, text);
        harness.MustClose(file);
    }

    public static string File(this Harness harness, string path, uint directory = 3)
    {
        uint file = harness.MustOpen(path, rights: Rights.FdRead, directory: directory);
        string text = harness.MustRead(file, 200);
        harness.MustClose(file);
        return text;
    }

    public static void MustClose(this Harness harness, uint number) => Assert.Equal(Errno.Success, harness.Call("fd_close", number));

    public static void MakeFolder(this Harness harness, string path) => Assert.Equal(Errno.Success, harness.Path("path_create_directory", path));

    public static Errno Rename(this Harness harness, string from, string to, uint directory = 3, uint newDirectory = 3)
    {
        (uint path, uint length) = harness.Put(from);
        (uint newPath, uint newLength) = harness.Put(to);
        return harness.Call("path_rename", directory, path, length, newDirectory, newPath, newLength);
    }

    public static Errno Link(this Harness harness, string from, string to, bool follow = false, uint newDirectory = 3)
    {
        (uint path, uint length) = harness.Put(from);
        (uint newPath, uint newLength) = harness.Put(to);
        return harness.Call("path_link", 3, follow ? 1u : 0u, path, length, newDirectory, newPath, newLength);
    }

    public static Errno SymbolicLink(this Harness harness, string target, string name)
    {
        (uint path, uint length) = harness.Put(target);
        (uint newPath, uint newLength) = harness.Put(name);
        return harness.Call("path_symlink", path, length, 3, newPath, newLength);
    }

    public static (Errno Errno, string Target) ReadLink(this Harness harness, string name, int lengthBytes = 100)
    {
        (uint path, uint length) = harness.Put(name);
        uint buffer = harness.Allocate(lengthBytes);
        Errno errno = harness.Call("path_readlink", 3, path, length, buffer, (ulong)lengthBytes, Harness.Scratch);
        return (errno, errno == Errno.Success ? harness.Text(buffer, (int)harness.U32(Harness.Scratch)) : "");
    }

    public static (Errno Errno, GuestStatus Status) Status(this Harness harness, string name, bool follow = true)
    {
        (uint path, uint length) = harness.Put(name);
        uint buffer = harness.Allocate(FileStatus.Bytes);
        Errno errno = harness.Call("path_filestat_get", 3, follow ? 1u : 0u, path, length, buffer);
        return (errno, errno == Errno.Success ? Parse(harness, buffer) : default);
    }

    public static GuestStatus Status(this Harness harness, uint number)
    {
        uint buffer = harness.Allocate(FileStatus.Bytes);
        Assert.Equal(Errno.Success, harness.Call("fd_filestat_get", number, buffer));
        return Parse(harness, buffer);
    }

    public static GuestEntry[] List(this Harness harness, uint directory = 3, ulong cookie = 0, int bufferBytes = 4096)
    {
        uint buffer = harness.Allocate(bufferBytes);
        Assert.Equal(Errno.Success, harness.Call("fd_readdir", directory, buffer, (ulong)bufferBytes, cookie, Harness.Scratch));
        ReadOnlySpan<byte> bytes = harness.Bytes(buffer, (int)harness.U32(Harness.Scratch));
        var entries = new List<GuestEntry>();
        while (bytes.Length >= 24 && BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]) is var length && bytes.Length >= 24 + length)
        {
            entries.Add(new GuestEntry(
                BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), bytes[20],
                Encoding.UTF8.GetString(bytes.Slice(24, length))));
            bytes = bytes[(24 + length)..];
        }

        return [.. entries];
    }

    private static GuestStatus Parse(Harness harness, uint buffer) => new(
        harness.U64(buffer), harness.U64(buffer + 8), harness.Bytes(buffer + 16, 1)[0], harness.U64(buffer + 24), harness.U64(buffer + 32),
        harness.U64(buffer + 40), harness.U64(buffer + 48), harness.U64(buffer + 56));
}

/// <summary>A filestat.</summary>
internal readonly record struct GuestStatus(
    ulong Device, ulong Inode, int Kind, ulong Links, ulong SizeBytes, ulong AccessedNs, ulong ModifiedNs, ulong ChangedNs);

/// <summary>A dirent.</summary>
internal sealed record GuestEntry(ulong Next, ulong Inode, int Kind, string Name);

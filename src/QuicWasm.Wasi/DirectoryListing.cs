using System.Buffers.Binary;
using QuicWasm.Native;

namespace QuicWasm.Wasi;

/// <summary>
/// The entries of a directory as they were at the last rewind. A cookie is an index into them, so it stays good when the
/// directory changes, and at another host, whose file system may have another order.
/// </summary>
internal sealed class DirectoryListing(IReadOnlyList<FileSystemEntry> entries)
{
    private const int HeaderBytes = 24;

    public IReadOnlyList<FileSystemEntry> Entries { get; } = entries;

    /// <summary>Reads the directory. Entries come in the order of their bytes.</summary>
    public static Errno Read(IOpenFile directory, out DirectoryListing listing)
    {
        var entries = new List<FileSystemEntry>();
        Errno errno = directory.ReadEntries(entries);
        entries.RemoveAll(static e => e.Name.Length == 0);
        entries.Sort(static (a, b) => a.Name.Span.SequenceCompareTo(b.Name.Span));
        for (int i = 0; i < entries.Count; i++)
        {
            // The folder's parent is not the program's business.
            entries[i] = entries[i].Name.Span.SequenceEqual(".."u8) ? entries[i] with { Inode = 0 } : entries[i];
        }

        listing = new DirectoryListing(entries);
        return errno;
    }

    /// <summary>Writes the entries from the cookie on, the last one cut off where the buffer ends. Gives the number of bytes.</summary>
    public uint Write(ulong cookie, Span<byte> buffer)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        int length = 0;
        for (ulong i = cookie; i < (ulong)Entries.Count && length < buffer.Length; i++)
        {
            FileSystemEntry entry = Entries[(int)i];
            header.Clear();
            BinaryPrimitives.WriteUInt64LittleEndian(header, i + 1);
            BinaryPrimitives.WriteUInt64LittleEndian(header[8..], entry.Inode);
            BinaryPrimitives.WriteInt32LittleEndian(header[16..], entry.Name.Length);
            header[20] = (byte)FileStatus.WireKind(entry.Kind);
            length += Put(header, buffer[length..]);
            length += Put(entry.Name.Span, buffer[length..]);
        }

        return (uint)length;
    }

    private static int Put(ReadOnlySpan<byte> bytes, Span<byte> buffer)
    {
        int length = Math.Min(bytes.Length, buffer.Length);
        bytes[..length].CopyTo(buffer);
        return length;
    }
}

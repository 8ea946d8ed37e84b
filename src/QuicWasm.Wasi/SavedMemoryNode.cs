using System.Text.Unicode;
using QuicWasm.Native;

namespace QuicWasm.Wasi;

/// <summary>A file, directory or link of a folder in memory, in a state.</summary>
/// <param name="Inode">Its number.</param>
/// <param name="Kind">Regular file, directory or symbolic link.</param>
internal sealed record SavedMemoryNode(ulong Inode, FileSystemKind Kind)
{
    /// <summary>Fewest bytes that one takes.</summary>
    public const int LeastBytes = 37;

    private const int ChunkLeastBytes = 12, EntryLeastBytes = 12, NameLimit = 255;

    public ulong AccessedNs { get; init; }

    public ulong ModifiedNs { get; init; }

    public ulong ChangedNs { get; init; }

    public ulong LengthBytes { get; init; }

    /// <summary>The chunks of a file, ascending, each without the zeros at its end.</summary>
    public IReadOnlyList<(ulong Index, ReadOnlyMemory<byte> Bytes)> Chunks { get; init; } = [];

    /// <summary>The names of a directory, and the nodes that they stand for.</summary>
    public IReadOnlyList<(byte[] Name, ulong Inode)> Entries { get; init; } = [];

    /// <summary>The target of a link.</summary>
    public byte[] Target { get; init; } = [];

    public static SavedMemoryNode Read(ref StateReader reader)
    {
        var node = new SavedMemoryNode(reader.U64(), (FileSystemKind)reader.U8())
        {
            AccessedNs = reader.U64(),
            ModifiedNs = reader.U64(),
            ChangedNs = reader.U64(),
        };
        switch (node.Kind)
        {
            case FileSystemKind.RegularFile:
                ulong length = reader.U64();
                reader.Check(length <= long.MaxValue, $"a file of {length} bytes");
                return node with { LengthBytes = length, Chunks = ReadChunks(ref reader, length) };
            case FileSystemKind.Directory:
                return node with { Entries = ReadEntries(ref reader) };
            default:
                reader.Check(node.Kind == FileSystemKind.SymbolicLink, $"file kind {node.Kind} in memory");
                byte[] target = reader.Text();
                reader.Check(target.Length > 0, "a link without a target");
                return node with { Target = target };
        }
    }

    public void Write(StateWriter writer)
    {
        writer.U64(Inode);
        writer.U8((byte)Kind);
        writer.U64(AccessedNs);
        writer.U64(ModifiedNs);
        writer.U64(ChangedNs);
        switch (Kind)
        {
            case FileSystemKind.RegularFile:
                writer.U64(LengthBytes);
                writer.U32((uint)Chunks.Count);
                foreach ((ulong index, ReadOnlyMemory<byte> bytes) in Chunks)
                {
                    writer.U64(index);
                    writer.Bytes(bytes.Span);
                }

                break;
            case FileSystemKind.Directory:
                writer.U32((uint)Entries.Count);
                foreach ((byte[] name, ulong inode) in Entries)
                {
                    writer.Bytes(name);
                    writer.U64(inode);
                }

                break;
            default:
                writer.Bytes(Target);
                break;
        }
    }

    private static List<(ulong Index, ReadOnlyMemory<byte> Bytes)> ReadChunks(ref StateReader reader, ulong lengthBytes)
    {
        int count = reader.Count(ChunkLeastBytes);
        var chunks = new List<(ulong Index, ReadOnlyMemory<byte> Bytes)>(count);
        for (int i = 0; i < count; i++)
        {
            ulong index = reader.U64();
            byte[] bytes = reader.Bytes();
            reader.Check(i == 0 || index > chunks[i - 1].Index, "chunks are not in order");
            bool fits = index <= long.MaxValue / MemoryFile.ChunkBytes && bytes.Length <= MemoryFile.ChunkBytes
                && index * MemoryFile.ChunkBytes < lengthBytes && (ulong)bytes.Length <= lengthBytes - (index * MemoryFile.ChunkBytes);
            reader.Check(fits, $"chunk {index} of {bytes.Length} bytes in a file of {lengthBytes}");
            chunks.Add((index, bytes));
        }

        return chunks;
    }

    private static List<(byte[] Name, ulong Inode)> ReadEntries(ref StateReader reader)
    {
        int count = reader.Count(EntryLeastBytes);
        var entries = new List<(byte[] Name, ulong Inode)>(count);
        for (int i = 0; i < count; i++)
        {
            byte[] name = reader.Text();
            bool isName = name.Length is > 0 and <= NameLimit && !name.AsSpan().Contains((byte)'/') && Utf8.IsValid(name)
                && !name.AsSpan().SequenceEqual("."u8) && !name.AsSpan().SequenceEqual(".."u8);
            reader.Check(isName, "the name of a file in memory");
            reader.Check(i == 0 || name.AsSpan().SequenceCompareTo(entries[i - 1].Name) > 0, "names are not in order");
            entries.Add((name, reader.U64()));
        }

        return entries;
    }
}

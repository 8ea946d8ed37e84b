using QuicWasm.Native;

namespace QuicWasm.Wasi;

/// <summary>A descriptor in a state.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Kind">How it is found again.</param>
/// <param name="FileKind">What it was.</param>
/// <param name="Index">Index of the standard stream, socket or folder.</param>
internal sealed record SavedDescriptor(int Number, DescriptorKind Kind, FileSystemKind FileKind, int Index)
{
    /// <summary>Fewest bytes that one takes.</summary>
    public const int LeastBytes = 49;

    private const int NameLimit = 255, EntryBytes = 6;

    public FdFlags Flags { get; init; }

    public Rights Base { get; init; }

    public Rights Inheriting { get; init; }

    public FileSystemOpen Access { get; init; }

    /// <summary>Path in the folder.</summary>
    public byte[] Path { get; init; } = [];

    /// <summary>The number of the file, where it lies in a folder in memory; else 0.</summary>
    public ulong Inode { get; init; }

    public ulong Offset { get; init; }

    public IReadOnlyList<FileSystemEntry>? Entries { get; init; }

    private bool IsByPath => Kind is DescriptorKind.File or DescriptorKind.Directory;

    public static SavedDescriptor Read(ref StateReader reader, IReadOnlyList<SavedFolder> folders)
    {
        var descriptor = new SavedDescriptor((int)reader.U32(), (DescriptorKind)reader.U8(), (FileSystemKind)reader.U8(), (int)reader.U32())
        {
            Flags = (FdFlags)reader.U8(),
            Access = (FileSystemOpen)reader.U8(),
            Base = (Rights)reader.U64(),
            Inheriting = (Rights)reader.U64(),
            Path = reader.Text(),
            Inode = reader.U64(),
            Offset = reader.U64(),
            Entries = ReadEntries(ref reader),
        };
        int indexLimit = descriptor.Kind switch
        {
            DescriptorKind.Standard => 3,
            DescriptorKind.Socket => DescriptorTable.Limit,
            _ => folders.Count,
        };
        reader.Check((uint)descriptor.Number < DescriptorTable.Limit, $"descriptor {(uint)descriptor.Number}");
        reader.Check(descriptor.Kind < DescriptorKind.Connection, $"descriptor kind {descriptor.Kind}");
        reader.Check(descriptor.FileKind <= FileSystemKind.Pipe, $"file kind {descriptor.FileKind}");
        reader.Check((uint)descriptor.Index < (uint)indexLimit, $"index {(uint)descriptor.Index}");
        reader.Check((descriptor.Flags & ~FdFlags.All) == 0, $"descriptor flags {descriptor.Flags}");
        reader.Check((descriptor.Access & ~(FileSystemOpen.Read | FileSystemOpen.Write)) == 0, $"access {descriptor.Access}");
        reader.Check(((descriptor.Base | descriptor.Inheriting) & ~Rights.All) == 0, "unknown rights");
        reader.Check(descriptor.IsByPath != (descriptor.Path.Length == 0), "a path where there is none, or none where there is one");
        bool isInMemory = descriptor.IsByPath && folders[descriptor.Index].Memory is not null;
        reader.Check(isInMemory != (descriptor.Inode == 0), $"file number {descriptor.Inode}");
        reader.Check(descriptor.Offset <= long.MaxValue, $"offset {descriptor.Offset}");
        return descriptor;
    }

    public void Write(StateWriter writer)
    {
        writer.U32((uint)Number);
        writer.U8((byte)Kind);
        writer.U8((byte)FileKind);
        writer.U32((uint)Index);
        writer.U8((byte)Flags);
        writer.U8((byte)Access);
        writer.U64((ulong)Base);
        writer.U64((ulong)Inheriting);
        writer.Bytes(Path);
        writer.U64(Inode);
        writer.U64(Offset);
        writer.U8(Entries is null ? (byte)0 : (byte)1);
        if (Entries is not null)
        {
            writer.U32((uint)Entries.Count);
            foreach (FileSystemEntry entry in Entries)
            {
                writer.U8((byte)entry.Kind);
                writer.Bytes(entry.Name.Span);
            }
        }
    }

    // Inode numbers mean nothing at another host: they are left out, and 0 tells the program that they are not known.
    private static List<FileSystemEntry>? ReadEntries(ref StateReader reader)
    {
        byte isPresent = reader.U8();
        reader.Check(isPresent <= 1, "a directory position that is neither there nor absent");
        if (isPresent == 0)
        {
            return null;
        }

        int count = reader.Count(EntryBytes);
        var entries = new List<FileSystemEntry>(count);
        for (int i = 0; i < count; i++)
        {
            var kind = (FileSystemKind)reader.U8();
            byte[] name = reader.Text();
            reader.Check(kind <= FileSystemKind.Pipe && name.Length is > 0 and <= NameLimit && !name.AsSpan().Contains((byte)'/'), "a directory entry");
            entries.Add(new FileSystemEntry(name, 0, kind));
        }

        return entries;
    }
}

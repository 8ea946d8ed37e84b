using System.Text;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>What a folder in memory holds, in a state.</summary>
/// <param name="Number">Tells a program's folders apart.</param>
/// <param name="IsReadOnly">Whether changes are refused.</param>
/// <param name="NextInode">The number that the next file gets.</param>
/// <param name="Nodes">Everything that has a name or is open; the folder itself is the first.</param>
internal sealed record SavedMemoryFolder(uint Number, bool IsReadOnly, ulong NextInode, IReadOnlyList<SavedMemoryNode> Nodes)
{
    public static SavedMemoryFolder Capture(MemoryFolder folder, bool isReadOnly) =>
        new(folder.Number, isReadOnly, folder.NextInode, [.. folder.Nodes.Select(Capture)]);

    public static SavedMemoryFolder Read(ref StateReader reader)
    {
        uint number = reader.U32();
        byte isReadOnly = reader.U8();
        ulong nextInode = reader.U64();
        int count = reader.Count(SavedMemoryNode.LeastBytes);
        reader.Check(isReadOnly <= 1 && count > 0, "a folder in memory that is none");
        var nodes = new List<SavedMemoryNode>(count);
        for (int i = 0; i < count; i++)
        {
            SavedMemoryNode node = SavedMemoryNode.Read(ref reader);
            ulong previous = i == 0 ? 0 : nodes[i - 1].Inode;
            reader.Check(node.Inode > previous && node.Inode < nextInode, $"file number {node.Inode}");
            nodes.Add(node);
        }

        reader.Check(nodes[0].Kind == Native.FileSystemKind.Directory, "a folder in memory that is no directory");
        return new SavedMemoryFolder(number, isReadOnly == 1, nextInode, nodes);
    }

    public void Write(StateWriter writer)
    {
        writer.U32(Number);
        writer.U8(IsReadOnly ? (byte)1 : (byte)0);
        writer.U64(NextInode);
        writer.U32((uint)Nodes.Count);
        foreach (SavedMemoryNode node in Nodes)
        {
            node.Write(writer);
        }
    }

    /// <summary>The folder, with everything in it.</summary>
    /// <exception cref="HostStateException">It is over the quota, or no tree.</exception>
    public MemoryFolder Restore(MemoryQuota quota, TimeProvider clock)
    {
        Dictionary<ulong, MemoryNode> nodes = Nodes.ToDictionary(static n => n.Inode, n => Restore(n, n == Nodes[0], quota));
        foreach (SavedMemoryNode saved in Nodes)
        {
            foreach ((byte[] bytes, ulong inode) in saved.Entries)
            {
                string name = Encoding.UTF8.GetString(bytes);
                Check(nodes.TryGetValue(inode, out MemoryNode? node) && inode != Nodes[0].Inode, $"\"{name}\" stands for file {inode}, which is not there");
                Check(node is not MemoryDirectory || node.NameCount == 0, $"\"{name}\" is a second name of a directory");
                Take(quota, MemoryFolder.NameCost(name));
                ((MemoryDirectory)nodes[saved.Inode]).Add(name, node!);
            }
        }

        var root = (MemoryDirectory)nodes[Nodes[0].Inode];
        CheckTree(root, nodes.Values);
        return MemoryFolder.Of(Number, NextInode, quota, clock, root, nodes.Values);
    }

    // A directory has one name at most, so what is reached from the root is a tree; what is not must be empty, as a removed directory is.
    private static void CheckTree(MemoryDirectory root, IEnumerable<MemoryNode> nodes)
    {
        var reached = new HashSet<MemoryDirectory> { root };
        var open = new Stack<MemoryDirectory>([root]);
        while (open.TryPop(out MemoryDirectory? directory))
        {
            foreach (MemoryDirectory inner in directory.Entries.Values.OfType<MemoryDirectory>())
            {
                reached.Add(inner);
                open.Push(inner);
            }
        }

        foreach (MemoryDirectory removed in nodes.OfType<MemoryDirectory>().Where(d => !reached.Contains(d)))
        {
            Check(removed.NameCount == 0 && removed.Entries.Count == 0, "a directory that cannot be reached is not empty");
            removed.Parent = root;
        }
    }

    private static void Check(bool condition, string what)
    {
        if (!condition)
        {
            throw new HostStateException($"the WASI state has a folder in memory that is none: {what}");
        }
    }

    private static void Take(MemoryQuota quota, ulong bytes)
    {
        if (!quota.TryTake(bytes))
        {
            throw new HostStateException($"the program's folders in memory hold more than the limit of {quota.LimitBytes} bytes; raise the limit to resume it");
        }
    }

    private static SavedMemoryNode Capture(MemoryNode node)
    {
        var saved = new SavedMemoryNode(node.Inode, node.Kind) { AccessedNs = node.AccessedNs, ModifiedNs = node.ModifiedNs, ChangedNs = node.ChangedNs };
        return node switch
        {
            MemoryFile file => saved with
            {
                LengthBytes = (ulong)file.LengthBytes,
                Chunks = [.. file.Chunks.OrderBy(static c => c.Key).Select(static c => ((ulong)c.Key, Trimmed(c.Value)))],
            },
            MemoryDirectory directory => saved with { Entries = [.. Sorted(directory)] },
            _ => saved with { Target = ((MemoryLink)node).Target },
        };
    }

    private static List<(byte[] Name, ulong Inode)> Sorted(MemoryDirectory directory)
    {
        List<(byte[] Name, ulong Inode)> entries = [.. directory.Entries.Select(static e => (Encoding.UTF8.GetBytes(e.Key), e.Value.Inode))];
        entries.Sort(static (a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        return entries;
    }

    private static ReadOnlyMemory<byte> Trimmed(byte[] chunk) => chunk.AsMemory(0, chunk.AsSpan().LastIndexOfAnyExcept((byte)0) + 1);

    private static MemoryNode Restore(SavedMemoryNode saved, bool isRoot, MemoryQuota quota)
    {
        Take(quota, isRoot ? 0 : MemoryNode.CostBytes + (ulong)saved.Target.Length);
        MemoryNode node = saved.Kind switch
        {
            Native.FileSystemKind.RegularFile => RestoreFile(saved, quota),
            Native.FileSystemKind.Directory => new MemoryDirectory(saved.Inode, null),
            _ => new MemoryLink(saved.Inode, saved.Target),
        };
        node.AccessedNs = saved.AccessedNs;
        node.ModifiedNs = saved.ModifiedNs;
        node.ChangedNs = saved.ChangedNs;
        return node;
    }

    private static MemoryFile RestoreFile(SavedMemoryNode saved, MemoryQuota quota)
    {
        var file = new MemoryFile(saved.Inode, quota);
        file.SetLength((long)saved.LengthBytes);
        foreach ((ulong index, ReadOnlyMemory<byte> bytes) in saved.Chunks)
        {
            Take(quota, MemoryFile.ChunkCostBytes);
            file.AddChunk((long)index, bytes.Span);
        }

        return file;
    }
}

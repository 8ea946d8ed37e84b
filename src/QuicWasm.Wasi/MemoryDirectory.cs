using QuicWasm.Native;

namespace QuicWasm.Wasi;

/// <summary>A directory.</summary>
internal sealed class MemoryDirectory(ulong inode, MemoryDirectory? parent) : MemoryNode(inode)
{
    /// <summary>What a name takes of the quota besides its bytes.</summary>
    public const ulong NameCostBytes = 64;

    private readonly Dictionary<string, MemoryNode> _entries = new(StringComparer.Ordinal);

    public override FileSystemKind Kind => FileSystemKind.Directory;

    public override ulong TakenBytes => CostBytes;

    /// <summary>The directory that it lies in; null for the folder itself.</summary>
    public MemoryDirectory? Parent { get; set; } = parent;

    public IReadOnlyDictionary<string, MemoryNode> Entries => _entries;

    /// <summary>Whether it was removed while it was open: nothing can be made in it.</summary>
    public bool IsRemoved => Parent is not null && NameCount == 0;

    protected override ulong LinkCount => IsRemoved ? 0 : 2 + (ulong)_entries.Values.Count(static n => n is MemoryDirectory);

    public MemoryNode? Find(string name) => _entries.GetValueOrDefault(name);

    public void Add(string name, MemoryNode node)
    {
        _entries.Add(name, node);
        node.NameCount++;
        if (node is MemoryDirectory directory)
        {
            directory.Parent = this;
        }
    }

    public void Remove(string name)
    {
        _ = _entries.Remove(name, out MemoryNode? node);
        node!.NameCount--;
    }

    /// <summary>Whether it is the other directory, or lies somewhere in it.</summary>
    public bool IsWithin(MemoryNode other)
    {
        for (MemoryDirectory? directory = this; directory is not null; directory = directory.Parent)
        {
            if (directory == other)
            {
                return true;
            }
        }

        return false;
    }
}

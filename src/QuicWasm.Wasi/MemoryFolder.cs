using System.Text;

namespace QuicWasm.Wasi;

/// <summary>A folder in memory: a file system of its own, which travels with its program.</summary>
internal sealed class MemoryFolder
{
    private const ulong DeviceMark = 0x6d656d00UL << 32; // "mem": no device of Linux has such a number

    private readonly SortedDictionary<ulong, MemoryNode> _nodes = [];
    private readonly TimeProvider _clock;

    /// <summary>Makes an empty folder.</summary>
    /// <param name="number">Tells a program's folders apart.</param>
    /// <param name="quota">What all of them may take.</param>
    /// <param name="clock">Where times of files come from.</param>
    public MemoryFolder(uint number, MemoryQuota quota, TimeProvider clock)
        : this(number, 1, quota, clock)
    {
        Root = new MemoryDirectory(NextInode++, null);
        _nodes.Add(Root.Inode, Root);
        Touch(Root);
    }

    private MemoryFolder(uint number, ulong nextInode, MemoryQuota quota, TimeProvider clock)
    {
        Number = number;
        NextInode = nextInode;
        Quota = quota;
        _clock = clock;
    }

    public uint Number { get; }

    public ulong Device => DeviceMark | Number;

    public MemoryQuota Quota { get; }

    public MemoryDirectory Root { get; private init; } = null!;

    /// <summary>The number that the next file gets.</summary>
    public ulong NextInode { get; private set; }

    /// <summary>Everything that has a name or is open, by ascending number; the folder itself is the first.</summary>
    public IReadOnlyCollection<MemoryNode> Nodes => _nodes.Values;

    public ulong NowNs => (ulong)(_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>The folder with what is in it already.</summary>
    public static MemoryFolder Of(uint number, ulong nextInode, MemoryQuota quota, TimeProvider clock, MemoryDirectory root, IEnumerable<MemoryNode> nodes)
    {
        var folder = new MemoryFolder(number, nextInode, quota, clock) { Root = root };
        foreach (MemoryNode node in nodes)
        {
            folder._nodes.Add(node.Inode, node);
        }

        return folder;
    }

    public MemoryNode? Find(ulong inode) => _nodes.GetValueOrDefault(inode);

    public IOpenFile Open() => new MemoryOpenFile(this, Root, Native.FileSystemOpen.Read);

    /// <summary>Makes a node under a new name; null where the quota is too small.</summary>
    public T? Make<T>(MemoryDirectory directory, string name, Func<ulong, T> make)
        where T : MemoryNode
    {
        T node = make(NextInode);
        if (!Quota.TryTake(node.TakenBytes))
        {
            return null;
        }

        if (AddName(directory, name, node) != Errno.Success)
        {
            Quota.Release(node.TakenBytes);
            return null;
        }

        NextInode++;
        _nodes.Add(node.Inode, node);
        Touch(node);
        return node;
    }

    /// <summary>Gives a node a name that is free.</summary>
    public Errno AddName(MemoryDirectory directory, string name, MemoryNode node)
    {
        if (!Quota.TryTake(NameCost(name)))
        {
            return Errno.NoSpc;
        }

        directory.Add(name, node);
        directory.Modify(NowNs);
        node.ChangedNs = NowNs;
        return Errno.Success;
    }

    /// <summary>Takes a name away; what has neither a name nor is open is gone.</summary>
    public void RemoveName(MemoryDirectory directory, string name)
    {
        MemoryNode node = directory.Find(name)!;
        directory.Remove(name);
        Quota.Release(NameCost(name));
        directory.Modify(NowNs);
        node.ChangedNs = NowNs;
        ReleaseUnused(node);
    }

    /// <summary>Moves a name, which takes the place of what has the new one.</summary>
    public Errno Rename(MemoryDirectory from, string name, MemoryDirectory to, string newName)
    {
        MemoryNode node = from.Find(name)!;
        ulong replaced = to.Find(newName) is null ? 0 : NameCost(newName);
        if (NameCost(newName) > Quota.LimitBytes - Quota.UsedBytes + NameCost(name) + replaced)
        {
            return Errno.NoSpc;
        }

        if (replaced > 0)
        {
            RemoveName(to, newName);
        }

        from.Remove(name);
        Quota.Release(NameCost(name));
        from.Modify(NowNs);
        return AddName(to, newName, node);
    }

    /// <summary>Drops the node where it has neither a name nor is open.</summary>
    public void ReleaseUnused(MemoryNode node)
    {
        if (node.NameCount == 0 && node.OpenCount == 0 && node != Root && _nodes.Remove(node.Inode))
        {
            Quota.Release(node.TakenBytes);
        }
    }

    public static ulong NameCost(string name) => MemoryDirectory.NameCostBytes + (ulong)Encoding.UTF8.GetByteCount(name);

    private void Touch(MemoryNode node) => node.AccessedNs = node.ModifiedNs = node.ChangedNs = NowNs;
}

using QuicWasm.Native;

namespace QuicWasm.Wasi;

/// <summary>A file, directory or link of a folder in memory. It lives as long as it has a name or is open.</summary>
internal abstract class MemoryNode(ulong inode)
{
    /// <summary>What a node takes of the quota besides its contents.</summary>
    public const ulong CostBytes = 128;

    public ulong Inode { get; } = inode;

    public abstract FileSystemKind Kind { get; }

    /// <summary>What the node takes of the quota.</summary>
    public abstract ulong TakenBytes { get; }

    /// <summary>In how many directories' entries it stands.</summary>
    public uint NameCount { get; set; }

    public uint OpenCount { get; set; }

    public ulong AccessedNs { get; set; }

    public ulong ModifiedNs { get; set; }

    public ulong ChangedNs { get; set; }

    protected virtual ulong LinkCount => NameCount;

    protected virtual ulong SizeBytes => 0;

    public FileSystemStatus Status(ulong device) => new(device, Inode, Kind, LinkCount, SizeBytes, AccessedNs, ModifiedNs, ChangedNs);

    /// <summary>Notes that contents changed.</summary>
    public void Modify(ulong nowNs) => ModifiedNs = ChangedNs = nowNs;
}

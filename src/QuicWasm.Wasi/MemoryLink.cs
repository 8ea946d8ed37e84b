using QuicWasm.Native;

namespace QuicWasm.Wasi;

/// <summary>A symbolic link.</summary>
internal sealed class MemoryLink(ulong inode, byte[] target) : MemoryNode(inode)
{
    public byte[] Target { get; } = target;

    public override FileSystemKind Kind => FileSystemKind.SymbolicLink;

    public override ulong TakenBytes => CostBytes + (ulong)Target.Length;

    protected override ulong SizeBytes => (ulong)Target.Length;
}

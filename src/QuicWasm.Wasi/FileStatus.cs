using System.Buffers.Binary;
using QuicWasm.Native;

namespace QuicWasm.Wasi;

/// <summary>The layouts that programs see of a file's status.</summary>
internal static class FileStatus
{
    public const int Bytes = 64;

    /// <summary>The kind as preview 1 numbers it; it knows no pipes.</summary>
    public static FileSystemKind WireKind(FileSystemKind kind) => kind == FileSystemKind.Pipe ? FileSystemKind.Unknown : kind;

    /// <summary>Writes a filestat of <see cref="Bytes"/> bytes.</summary>
    public static void Write(Span<byte> target, in FileSystemStatus status)
    {
        target.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(target, status.Device);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], status.Inode);
        target[16] = (byte)WireKind(status.Kind);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], status.LinkCount);
        BinaryPrimitives.WriteUInt64LittleEndian(target[32..], status.SizeBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(target[40..], status.AccessedNs);
        BinaryPrimitives.WriteUInt64LittleEndian(target[48..], status.ModifiedNs);
        BinaryPrimitives.WriteUInt64LittleEndian(target[56..], status.ChangedNs);
    }

    /// <summary>The times that flags choose.</summary>
    public static Errno ChooseTimes(ulong accessed, ulong modified, TimeFlags flags, out FileSystemTime access, out FileSystemTime modification)
    {
        access = Choose(accessed, (flags & TimeFlags.Accessed) != 0, (flags & TimeFlags.AccessedNow) != 0);
        modification = Choose(modified, (flags & TimeFlags.Modified) != 0, (flags & TimeFlags.ModifiedNow) != 0);
        bool isContradiction = (flags & (TimeFlags.Accessed | TimeFlags.AccessedNow)) == (TimeFlags.Accessed | TimeFlags.AccessedNow)
            || (flags & (TimeFlags.Modified | TimeFlags.ModifiedNow)) == (TimeFlags.Modified | TimeFlags.ModifiedNow);
        return isContradiction || (flags & ~TimeFlags.All) != 0 ? Errno.Inval : Errno.Success;
    }

    private static FileSystemTime Choose(ulong time, bool set, bool now) =>
        now ? FileSystemTime.Now : set ? FileSystemTime.At(time) : FileSystemTime.Unchanged;
}

using System.Text;
using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>Takes a program's state down, so that it can be found again at another host.</summary>
internal static class StateCapture
{
    /// <summary>The state now.</summary>
    /// <exception cref="HostStateException">An open file has no name any more, or a connection is open.</exception>
    public static SavedState Capture(ProgramState state)
    {
        int[] numbers = [.. Enumerable.Range(0, state.Descriptors.Count).Where(n => state.Descriptors[n] is not null)];

        // What no descriptor lies in is out of the program's reach for good.
        List<Preopen> folders = [.. state.Preopens.Where(p => numbers.Any(n => state.Descriptors[n]!.Preopen == p))];
        return new SavedState
        {
            Arguments = state.Arguments,
            Environment = state.Environment,
            MonotonicNs = state.Clocks.MonotonicNs,
            ProcessNs = state.Clocks.ProcessNs,
            ThreadNs = state.Clocks.ThreadNs,
            RandomKey = state.Random.Key,
            RandomPosition = state.Random.Position,
            MemoryFolderLimitBytes = state.Quota.LimitBytes,
            Folders = [.. folders.Select(Capture)],
            Descriptors = [.. numbers.Select(n => Capture(state, folders, n))],
            PendingWait = state.PendingWait,
        };
    }

    private static SavedFolder Capture(Preopen folder) => new(Encoding.UTF8.GetBytes(folder.GuestPath))
    {
        Memory = folder.Memory is { } memory ? SavedMemoryFolder.Capture(memory, folder.IsReadOnly) : null,
    };

    private static SavedDescriptor Capture(ProgramState state, List<Preopen> folders, int number)
    {
        Descriptor descriptor = state.Descriptors[number]!;
        if (descriptor.Kind == DescriptorKind.Connection)
        {
            throw new HostStateException($"the program has a connection open (descriptor {number}), which cannot travel; it must be closed first");
        }

        bool isByPath = descriptor.Kind is DescriptorKind.File or DescriptorKind.Directory;
        var memory = descriptor.File as MemoryOpenFile;
        int index = descriptor.Preopen is { } preopen ? folders.IndexOf(preopen) : descriptor.Index;
        return new SavedDescriptor(number, descriptor.Kind, descriptor.FileKind, index)
        {
            Flags = descriptor.Flags,
            Access = descriptor.Access,
            Base = descriptor.Base,
            Inheriting = descriptor.Inheriting,
            Path = !isByPath ? [] : memory is null ? PathOf(descriptor, number) : descriptor.Path,
            Inode = isByPath && memory is not null ? memory.Node.Inode : 0,
            Offset = OffsetOf(descriptor),
            Entries = descriptor.Listing?.Entries,
        };
    }

    private static ulong OffsetOf(Descriptor descriptor) =>
        descriptor is { Kind: DescriptorKind.File, FileKind: FileSystemKind.RegularFile }
            && descriptor.File!.Seek(0, 1, out long offset) == Errno.Success ? (ulong)offset : 0;

    /// <summary>The path by which the very file is found in its folder now: it may have been renamed since it was opened.</summary>
    private static byte[] PathOf(Descriptor descriptor, int number)
    {
        FileSystemDescriptor root = ((HostFile)descriptor.Preopen!.Root).Descriptor;
        if (descriptor.Host!.Status(out FileSystemStatus status) == 0)
        {
            byte[]? current = RelativeTo(root.HostPath(), descriptor.Host!.HostPath());
            if (current is not null && IsAt(root, current, FileSystemOpen.NoFollow, status))
            {
                return current;
            }

            if (IsAt(root, descriptor.Path, FileSystemOpen.None, status))
            {
                return descriptor.Path;
            }
        }

        throw new HostStateException(
            $"the program has {descriptor.DisplayName} open (descriptor {number}), but it was unlinked or moved out of its folder, and cannot travel");
    }

    private static bool IsAt(FileSystemDescriptor root, byte[] path, FileSystemOpen how, in FileSystemStatus status)
    {
        if (root.OpenBeneath(path, how | FileSystemOpen.PathOnly, out FileSystemDescriptor? found) < 0)
        {
            return false;
        }

        using (found)
        {
            return found!.Status(out FileSystemStatus other) == 0 && other.Device == status.Device && other.Inode == status.Inode;
        }
    }

    private static byte[]? RelativeTo(byte[]? root, byte[]? path)
    {
        if (root is null || path is null || !path.AsSpan().StartsWith(root))
        {
            return null;
        }

        ReadOnlySpan<byte> rest = path.AsSpan(root.Length);
        return rest.IsEmpty ? "."u8.ToArray() : rest[0] == '/' ? rest[1..].ToArray() : root is [(byte)'/'] ? rest.ToArray() : null;
    }
}

using System.Text;
using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>Opens at this host what a program had open at another.</summary>
internal static class StateRestore
{
    /// <summary>Makes the saved state the program's. Where something is missing, nothing that was opened stays open and the state is as before.</summary>
    /// <exception cref="HostStateException">Something is missing; the message names it.</exception>
    public static void Restore(ProgramState state, SavedState saved)
    {
        var quota = new MemoryQuota(state.MemoryFolderLimitBytes ?? saved.MemoryFolderLimitBytes);
        Preopen[] preopens = [.. saved.Folders.Select(f => FindPreopen(state, f, quota))];
        var descriptors = new DescriptorTable();
        try
        {
            foreach (SavedDescriptor descriptor in saved.Descriptors)
            {
                descriptors.Set(descriptor.Number, Open(state, preopens, descriptor));
            }
        }
        catch (HostStateException)
        {
            descriptors.Dispose();
            throw;
        }

        // A file in memory that nothing has a name for, and nothing open, is no file.
        foreach (MemoryFolder folder in preopens.Select(static p => p.Memory).OfType<MemoryFolder>())
        {
            folder.Nodes.ToList().ForEach(folder.ReleaseUnused);
        }

        state.Preopens.RemoveAll(p => p.Memory is not null && preopens.Any(q => q.GuestPath == p.GuestPath));
        state.Preopens.AddRange(preopens.Where(static p => p.Memory is not null));
        state.Quota = quota;
        state.Descriptors.Dispose();
        state.Descriptors = descriptors;
        state.Arguments = saved.Arguments;
        state.Environment = saved.Environment;
        state.Random = new RandomSource(saved.RandomKey, saved.RandomPosition);
        state.PendingWait = saved.PendingWait;
        state.Clocks.Continue(saved.MonotonicNs, saved.ProcessNs, saved.ThreadNs);
    }

    private static Preopen FindPreopen(ProgramState state, SavedFolder saved, MemoryQuota quota)
    {
        string guestPath = Encoding.UTF8.GetString(saved.GuestPath);
        Preopen? given = state.Preopens.Find(p => p.GuestPath == guestPath);
        if (saved.Memory is not { } memory)
        {
            return given ?? throw new HostStateException($"the program needs a folder for its {guestPath}, and none is given here");
        }

        return given is { Memory: null }
            ? throw new HostStateException($"the program's {guestPath} is a folder in memory, which came with it; a folder of this host cannot take its place")
            : Preopen.OpenMemory(guestPath, memory.IsReadOnly, memory.Restore(quota, state.Clock));
    }

    private static Descriptor Open(ProgramState state, Preopen[] preopens, SavedDescriptor saved)
    {
        Descriptor opened = saved.Kind switch
        {
            DescriptorKind.Standard => state.OpenStandard(saved.Index),
            DescriptorKind.Preopen => preopens[saved.Index].OpenDescriptor(),
            DescriptorKind.Socket => OpenSocket(state, saved),
            _ => preopens[saved.Index].Memory is { } memory
                ? OpenInMemory(preopens[saved.Index], memory, saved)
                : OpenByPath(preopens[saved.Index], saved),
        };
        opened.Base = saved.Base & RightsFacts.Of(opened.FileKind);
        opened.Inheriting = saved.Inheriting;
        opened.Flags = saved.Flags;
        opened.Listing = opened.IsDirectory && saved.Entries is { } entries ? new DirectoryListing(entries) : null;
        return opened;
    }

    private static Descriptor OpenSocket(ProgramState state, SavedDescriptor saved) => saved.Index < state.SocketCount
        ? state.OpenSocket(saved.Index)
        : throw new HostStateException($"the program needs an inherited socket {saved.Index} (descriptor {saved.Number}), and none is given here");

    // By its number: it may have no name any more.
    private static Descriptor OpenInMemory(Preopen preopen, MemoryFolder folder, SavedDescriptor saved)
    {
        MemoryNode? node = folder.Find(saved.Inode);
        bool isKnown = node is not null and not MemoryLink && node.Kind == saved.FileKind
            && (saved.Kind == DescriptorKind.Directory) == node is MemoryDirectory;
        if (!isKnown)
        {
            throw new HostStateException($"the program has {preopen.Display(saved.Path)} open (descriptor {saved.Number}), and its folder in memory has no file {saved.Inode} of that kind");
        }

        var file = new MemoryOpenFile(folder, node!, saved.Access | PathOpenCall.FlagsOf(saved.Flags));
        _ = file.Seek((long)saved.Offset, 0, out _);
        return new Descriptor(saved.Kind, saved.FileKind) { File = file, Preopen = preopen, Path = saved.Path, Access = saved.Access };
    }

    private static Descriptor OpenByPath(Preopen preopen, SavedDescriptor saved)
    {
        string name = $"{preopen.Display(saved.Path)} (descriptor {saved.Number})";
        if (preopen.IsReadOnly && (saved.Access & FileSystemOpen.Write) != 0)
        {
            throw new HostStateException($"the program has {name} open to write, and its folder is read-only here");
        }

        FileSystemOpen kind = saved.Kind == DescriptorKind.Directory ? FileSystemOpen.Directory : FileSystemOpen.None;
        FileSystemOpen how = saved.Access | kind | PathOpenCall.FlagsOf(saved.Flags);
        Errno errno = preopen.Root.Open(saved.Path, how, out IOpenFile? file);
        FileSystemStatus status = default;
        errno = errno == Errno.Success ? file!.Status(out status) : errno;
        if (errno == Errno.Success && status.Kind == saved.FileKind && IsPositioned(file!, saved))
        {
            return new Descriptor(saved.Kind, status.Kind) { File = file, Preopen = preopen, Path = saved.Path, Access = saved.Access };
        }

        file?.Dispose();
        string reason = errno switch
        {
            Errno.Success => $"is no {saved.FileKind} here",
            Errno.NoEnt => "is not here",
            Errno.Perm => "leads out of its folder here, or may not be opened",
            _ => $"cannot be opened here ({errno})",
        };
        throw new HostStateException($"the program has {name} open, which {reason}");
    }

    private static bool IsPositioned(IOpenFile file, SavedDescriptor saved) => saved.FileKind != FileSystemKind.RegularFile
        || (file.Seek((long)saved.Offset, 0, out long position) == Errno.Success && position == (long)saved.Offset);
}

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
        Preopen[] preopens = [.. saved.Preopens.Select(p => FindPreopen(state, Encoding.UTF8.GetString(p)))];
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

        state.Descriptors.Dispose();
        state.Descriptors = descriptors;
        state.Arguments = saved.Arguments;
        state.Environment = saved.Environment;
        state.Random = new RandomSource(saved.RandomKey, saved.RandomPosition);
        state.PendingWait = saved.PendingWait;
        state.Clocks.Continue(saved.MonotonicNs, saved.ProcessNs, saved.ThreadNs);
    }

    private static Preopen FindPreopen(ProgramState state, string guestPath) =>
        state.Preopens.Find(p => p.GuestPath == guestPath)
        ?? throw new HostStateException($"the program needs a folder for its {guestPath}, and none is given here");

    private static Descriptor Open(ProgramState state, Preopen[] preopens, SavedDescriptor saved)
    {
        Descriptor opened = saved.Kind switch
        {
            DescriptorKind.Standard => state.OpenStandard(saved.Index),
            DescriptorKind.Preopen => preopens[saved.Index].OpenDescriptor(),
            DescriptorKind.Socket => OpenSocket(state, saved),
            _ => OpenByPath(preopens[saved.Index], saved),
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

    private static Descriptor OpenByPath(Preopen preopen, SavedDescriptor saved)
    {
        string name = $"{preopen.Display(saved.Path)} (descriptor {saved.Number})";
        if (preopen.IsReadOnly && (saved.Access & FileSystemOpen.Write) != 0)
        {
            throw new HostStateException($"the program has {name} open to write, and its folder is read-only here");
        }

        FileSystemOpen kind = saved.Kind == DescriptorKind.Directory ? FileSystemOpen.Directory : FileSystemOpen.None;
        FileSystemOpen how = saved.Access | kind | PathOpenCall.FlagsOf(saved.Flags);
        Errno errno = SystemErrors.Of(preopen.Root.OpenBeneath(saved.Path, how, out FileSystemDescriptor? host));
        FileSystemKind found = default;
        errno = errno == Errno.Success ? KindOf(host!, out found) : errno;
        if (errno == Errno.Success && found == saved.FileKind && IsPositioned(host!, saved))
        {
            return new Descriptor(saved.Kind, found) { Host = host, Preopen = preopen, Path = saved.Path, Access = saved.Access };
        }

        host?.Dispose();
        string reason = errno switch
        {
            Errno.Success => $"is no {saved.FileKind} here",
            Errno.NoEnt => "is not here",
            Errno.Perm => "leads out of its folder here, or may not be opened",
            _ => $"cannot be opened here ({errno})",
        };
        throw new HostStateException($"the program has {name} open, which {reason}");
    }

    private static Errno KindOf(FileSystemDescriptor host, out FileSystemKind kind)
    {
        int result = host.Status(out FileSystemStatus status);
        kind = status.Kind;
        return SystemErrors.Of(result);
    }

    private static bool IsPositioned(FileSystemDescriptor host, SavedDescriptor saved) =>
        saved.FileKind != FileSystemKind.RegularFile || host.Seek((long)saved.Offset, 0) == (long)saved.Offset;
}

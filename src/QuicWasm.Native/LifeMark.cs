using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>
/// A word in shared memory in which the kernel itself notes that a thread, and so its process, has died (the robust futex list, Linux). It
/// does so before it closes any descriptor of the process: who sees the effect of a closed descriptor sees the mark as well.
/// </summary>
public static unsafe partial class LifeMark
{
    /// <summary>How much room a mark takes at the beginning of the view.</summary>
    public const int LengthBytes = 16;

    private const int OwnerDied = 0x40000000, ThreadMask = 0x3fffffff;
    private const int WordOffset = 8;

    private static nint SetListNumber { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 99 : 273;

    /// <summary>Marks this thread as alive. It must be one that lives as long as its process.</summary>
    /// <exception cref="NativeException">The system refused.</exception>
    public static void Hold(SharedView view)
    {
        // The list of one entry: the entry's pointer is at the beginning of the view, its word behind it. Both stay until the process ends.
        var head = (ListHead*)NativeMemory.AllocZeroed((nuint)sizeof(ListHead));
        head->First = (nint)view.Base;
        head->WordOffset = WordOffset;
        *(nint*)view.Base = (nint)head;
        Volatile.Write(ref *(int*)(view.Base + WordOffset), ThreadId());
        if (SetList(SetListNumber, head, (nuint)sizeof(ListHead)) != 0)
        {
            throw NativeException.FromLastError("the robust futex list cannot be set");
        }
    }

    /// <summary>Whether a thread holds the mark, and lives.</summary>
    public static bool IsAlive(SharedView view)
    {
        int word = Volatile.Read(ref *(int*)(view.Base + WordOffset));
        return (word & OwnerDied) == 0 && (word & ThreadMask) != 0;
    }

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int ThreadId();

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SetList(nint number, ListHead* head, nuint lengthBytes);

    [StructLayout(LayoutKind.Sequential)]
    private struct ListHead
    {
        public nint First;
        public nint WordOffset;
        public nint Pending;
    }
}

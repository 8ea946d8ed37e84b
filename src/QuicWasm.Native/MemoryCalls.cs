using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>mmap and its family (POSIX).</summary>
internal static unsafe partial class MemoryCalls
{
    public const int ProtNone = 0, ProtRead = 1, ProtWrite = 2, ProtExecute = 4;
    public const int MapShared = 0x1, MapPrivate = 0x2, MapFixed = 0x10;
    public const int NoReserve = 0x4000;
    public const int MoveMayMove = 1, MoveFixed = 2, MoveLeavesMapping = 4;
    public const int AdviceNotNeeded = 4, AdvicePopulateWrite = 23;

    public static readonly void* Failed = (void*)-1;

    /// <summary>MAP_ANONYMOUS and MAP_NORESERVE have other values on macOS.</summary>
    public static int MapReserve { get; } = OperatingSystem.IsMacOS() ? MapPrivate | 0x1000 | 0x40 : MapPrivate | 0x20 | 0x4000;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial void* Map(void* address, nuint lengthBytes, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(void* address, nuint lengthBytes);

    [LibraryImport("libc", EntryPoint = "mremap", SetLastError = true)]
    public static partial void* Move(void* address, nuint oldLength, nuint newLength, int flags, void* destination);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    public static partial int Advise(void* address, nuint lengthBytes, int advice);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    public static partial int Protect(void* address, nuint lengthBytes, int protection);
}

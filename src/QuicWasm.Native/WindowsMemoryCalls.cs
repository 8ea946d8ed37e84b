using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>VirtualAlloc and VirtualFree.</summary>
internal static unsafe partial class WindowsMemoryCalls
{
    public const uint MemCommit = 0x1000, MemReserve = 0x2000, MemDecommit = 0x4000, MemRelease = 0x8000;
    public const uint PageNoAccess = 0x01, PageReadWrite = 0x04;

    [LibraryImport("kernel32", EntryPoint = "VirtualAlloc", SetLastError = true)]
    public static partial void* Allocate(void* address, nuint lengthBytes, uint type, uint protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualFree", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Free(void* address, nuint lengthBytes, uint type);
}

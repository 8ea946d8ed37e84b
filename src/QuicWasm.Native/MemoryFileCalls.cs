using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace QuicWasm.Native;

/// <summary>memfd_create, and what is done with the file (Linux).</summary>
internal static unsafe partial class MemoryFileCalls
{
    public const uint CloseOnExec = 1;
    public const int SeekData = 3, SeekHole = 4;
    public const int DuplicateCloseOnExec = 1030;

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Create(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(SafeFileHandle file, int command, int argument);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int SetLength(SafeFileHandle file, long lengthBytes);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint Write(SafeFileHandle file, void* bytes, nuint lengthBytes, long offset);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint Read(SafeFileHandle file, void* bytes, nuint lengthBytes, long offset);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial void* Map(void* address, nuint lengthBytes, int protection, int flags, SafeFileHandle file, nint offset);
}

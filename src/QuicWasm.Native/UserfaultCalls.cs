using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>userfaultfd and its ioctls (linux/userfaultfd.h).</summary>
internal static unsafe partial class UserfaultCalls
{
    public const ulong ApiVersion = 0xaa;
    public const nuint Api = 0xc018aa3f, Register = 0xc020aa00, Unregister = 0x8010aa01, Wake = 0x8010aa02;
    public const nuint Copy = 0xc028aa03, ZeroPage = 0xc020aa04, WriteProtect = 0xc018aa06;
    public const byte PageFault = 0x12;
    public const int MessageBytes = 32;
    public const int UserModeOnly = 1, CloseOnExec = 0x80000, NonBlocking = 0x800;

    public static nint OpenNumber { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 282 : 323;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Open(nint number, nint flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(Userfault descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(Userfault descriptor, void* buffer, nuint lengthBytes);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(nint descriptor);

    [StructLayout(LayoutKind.Sequential)]
    public struct ApiArgument
    {
        public ulong Version;
        public UserfaultFeatures Features;
        public ulong Calls;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct RangeArgument
    {
        public ulong Start;
        public ulong LengthBytes;
        public ulong Mode;
        public long Result;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct CopyArgument
    {
        public ulong Destination;
        public ulong Source;
        public ulong LengthBytes;
        public ulong Mode;
        public long Copied;
    }
}

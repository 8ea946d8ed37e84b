using System.ComponentModel;
using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>A call of the operating system failed. The message names the call, its arguments and the system's reason.</summary>
public sealed class NativeException(NativeError error, int errno, string message) : Exception(message)
{
    private const int Eperm = 1, Ebadf = 9, Enomem = 12, Eacces = 13, Einval = 22, Enfile = 23, Emfile = 24, Enosys = 38, EnosysMac = 78;
    private const int EopnotsuppLinux = 95, EopnotsuppMac = 102;

    /// <summary>What kind of error it is.</summary>
    public NativeError Error { get; } = error;

    /// <summary>The system's own number (errno, or GetLastError on Windows); 0 where no call was made.</summary>
    public int Errno { get; } = errno;

    /// <summary>The exception for the last failed P/Invoke of this thread.</summary>
    internal static NativeException FromLastError(string what) => FromError(Marshal.GetLastPInvokeError(), what);

    /// <summary>The exception for a failed call whose number was kept.</summary>
    internal static NativeException FromError(int errno, string what) =>
        new(Classify(errno), errno, $"{what}: {new Win32Exception(errno).Message} (error {errno})");

    /// <summary>The exception for a call that this system does not have.</summary>
    internal static NativeException NotSupported(string what) => new(NativeError.NotSupported, 0, what);

    private static NativeError Classify(int errno) => OperatingSystem.IsWindows() ? ClassifyWindows(errno) : errno switch
    {
        Enomem => NativeError.OutOfMemory,
        Einval => NativeError.InvalidArgument,
        Eperm or Eacces => NativeError.AccessDenied,
        Enfile or Emfile => NativeError.LimitReached,
        Ebadf => NativeError.BadDescriptor,
        Enosys when !OperatingSystem.IsMacOS() => NativeError.NotSupported,
        EnosysMac when OperatingSystem.IsMacOS() => NativeError.NotSupported,
        EopnotsuppLinux when !OperatingSystem.IsMacOS() => NativeError.NotSupported,
        EopnotsuppMac when OperatingSystem.IsMacOS() => NativeError.NotSupported,
        _ => NativeError.Other,
    };

    private static NativeError ClassifyWindows(int code) => code switch
    {
        8 or 14 or 1455 => NativeError.OutOfMemory, // ERROR_NOT_ENOUGH_MEMORY, ERROR_OUTOFMEMORY, ERROR_COMMITMENT_LIMIT
        87 or 487 => NativeError.InvalidArgument, // ERROR_INVALID_PARAMETER, ERROR_INVALID_ADDRESS
        5 => NativeError.AccessDenied,
        4 => NativeError.LimitReached,
        6 => NativeError.BadDescriptor,
        50 or 120 => NativeError.NotSupported,
        _ => NativeError.Other,
    };
}

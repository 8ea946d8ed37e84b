using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace QuicWasm.Native;

/// <summary>A descriptor of another process (pidfd, Linux): readable when the process has ended.</summary>
public static partial class ProcessDescriptor
{
    private const nint OpenNumber = 434, TakeNumber = 438;

    /// <summary>Opens one.</summary>
    /// <exception cref="NativeException">There is no such process, or the system has no such descriptors.</exception>
    public static SafeFileHandle Open(int processId) => Wrap(Call(OpenNumber, processId, 0, 0), $"opening process {processId}");

    /// <summary>Copies a descriptor out of the process. It takes the right to trace it.</summary>
    /// <exception cref="NativeException">The right is missing, or there is no such descriptor.</exception>
    public static SafeFileHandle Take(SafeFileHandle process, int descriptor)
    {
        bool isTaken = false;
        process.DangerousAddRef(ref isTaken);
        try
        {
            return Wrap(Call(TakeNumber, process.DangerousGetHandle(), descriptor, 0), $"copying descriptor {descriptor} of another process");
        }
        finally
        {
            process.DangerousRelease();
        }
    }

    private static SafeFileHandle Wrap(nint descriptor, string what) =>
        descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw NativeException.FromLastError(what);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint first, nint second, nint third);
}

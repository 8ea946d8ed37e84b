using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>Where the stack of a thread is.</summary>
/// <param name="Lowest">The lowest address that it may grow to, or 0 where the system does not say.</param>
// SAFETY: the attribute block is larger than pthread_attr_t of any C library here (56 to 64 bytes), and is destroyed after use.
public readonly unsafe partial record struct ThreadStack(ulong Lowest)
{
    private const int AttributeBytes = 256;

    /// <summary>The stack of the current thread. The answer is not quick for a process's first thread.</summary>
    public static ThreadStack Current()
    {
        byte* attributes = stackalloc byte[AttributeBytes];
        if (!OperatingSystem.IsLinux() || GetAttributes(Self(), attributes) != 0)
        {
            return default;
        }

        nuint lowest;
        nuint size;
        int error = GetStack(attributes, &lowest, &size);
        _ = Destroy(attributes);
        return error == 0 ? new ThreadStack(lowest) : default;
    }

    [LibraryImport("libc", EntryPoint = "pthread_self")]
    private static partial nuint Self();

    [LibraryImport("libc", EntryPoint = "pthread_getattr_np")]
    private static partial int GetAttributes(nuint thread, byte* attributes);

    [LibraryImport("libc", EntryPoint = "pthread_attr_getstack")]
    private static partial int GetStack(byte* attributes, nuint* lowest, nuint* size);

    [LibraryImport("libc", EntryPoint = "pthread_attr_destroy")]
    private static partial int Destroy(byte* attributes);
}

using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>Which of the libraries that QuicWasm can use are on this system.</summary>
public static class NativeLibraries
{
    /// <summary>The first of several names under which the system has a library, or null.</summary>
    public static string? Find(params IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, out nint handle))
            {
                NativeLibrary.Free(handle);
                return name;
            }
        }

        return null;
    }
}

namespace QuicWasm.Native;

/// <summary>What the system does with page sizes.</summary>
public static class PageSizes
{
    private const string Folder = "/sys/kernel/mm/transparent_hugepage";

    /// <summary>
    /// Checks that a memory file gets pages one by one. Where the system gives it large ones, a write of one page brings zeros for its
    /// neighbours, which nobody could tell from pages that are there.
    /// </summary>
    /// <exception cref="NativeException">The system gives large pages to memory files.</exception>
    public static void RefuseLargeFilePages()
    {
        if (LargeFilePages() is { } setting)
        {
            throw NativeException.NotSupported($"memory files get large pages here; as root: echo advise > {setting}");
        }
    }

    /// <summary>The setting that gives large pages to every memory file, or null.</summary>
    public static string? LargeFilePages()
    {
        string common = Path.Combine(Folder, "shmem_enabled");
        bool isCommon = Forces(common);
        if (!Directory.Exists(Folder))
        {
            return null;
        }

        foreach (string size in Directory.GetDirectories(Folder, "hugepages-*"))
        {
            string setting = Path.Combine(size, "shmem_enabled");
            if (Forces(setting))
            {
                return setting;
            }
        }

        return isCommon ? common : null;
    }

    private static bool Forces(string file) =>
        File.Exists(file) && File.ReadAllText(file) is { } text
        && (text.Contains("[always]", StringComparison.Ordinal) || text.Contains("[within_size]", StringComparison.Ordinal) || text.Contains("[force]", StringComparison.Ordinal));
}

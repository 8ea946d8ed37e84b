namespace QuicWasm.Native;

/// <summary>What a kernel's userfaultfd can do (UFFD_FEATURE_*, linux/userfaultfd.h).</summary>
[Flags]
public enum UserfaultFeatures : ulong
{
    /// <summary>Missing pages of anonymous memory only.</summary>
    None = 0,

    /// <summary>Write-protected pages.</summary>
    WriteProtect = 1 << 0,

    /// <summary>Missing pages of memory files.</summary>
    MissingMemoryFile = 1 << 5,

    /// <summary>Each fault tells its thread.</summary>
    ThreadId = 1 << 8,

    /// <summary>Write-protected pages of memory files.</summary>
    WriteProtectMemoryFile = 1 << 12,

    /// <summary>Pages that were never touched can be write-protected.</summary>
    WriteProtectUnpopulated = 1 << 13,

    /// <summary>The kernel itself lets writes to protected pages pass, and notes them for <see cref="PagemapScan"/>.</summary>
    WriteProtectAsync = 1 << 15,
}

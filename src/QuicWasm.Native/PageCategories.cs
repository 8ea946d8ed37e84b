namespace QuicWasm.Native;

/// <summary>What a page is (PAGE_IS_*, linux/fs.h).</summary>
[Flags]
public enum PageCategories : ulong
{
    /// <summary>It may be registered for asynchronous write protection.</summary>
    CanBeProtected = 1 << 0,

    /// <summary>It was written since it was protected.</summary>
    Written = 1 << 1,

    /// <summary>It is a file's; a private copy of a file's page is not.</summary>
    OfFile = 1 << 2,

    /// <summary>It is in memory.</summary>
    Present = 1 << 3,

    /// <summary>It is swapped out.</summary>
    Swapped = 1 << 4,
}

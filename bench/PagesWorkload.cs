namespace QuicWasm.Bench;

/// <summary>
/// A program that the harness makes itself: it fills 64 MiB, and behind the point at which it is frozen reads a seed from its input, and touches 2500
/// pages that are always the same and 100 that the seed gives.
/// </summary>
internal static class PagesWorkload
{
    /// <summary>Its name among workloads.</summary>
    public const string Name = "pages";

    private const string FileName = "pages.wasm";

    /// <summary>The program.</summary>
    public static LazyProgram Program { get; } = new() { Pages = 16384, Touches = 2500, SeededTouches = 100 };

    /// <summary>It as a workload; its binary is made in the cache.</summary>
    public static Workload Workload { get; } = new()
    {
        Name = Name,
        Wasm = FileName,
        Modules = [],
        Args = ["none"],
        Expected = "",
        TestArgs = ["none"],
        TestExpected = "",
        MoveArgs = [],
        Build = "",
        IsCached = true,
    };

    /// <summary>Makes the binary where it is not there, or another version's.</summary>
    public static void EnsureBuilt()
    {
        byte[] module = Program.ToModule();
        string file = Workload.PathOf(FileName);
        if (!File.Exists(file) || !File.ReadAllBytes(file).AsSpan().SequenceEqual(module))
        {
            Directory.CreateDirectory(Repository.Cache);
            File.WriteAllBytes(file, module);
        }
    }
}

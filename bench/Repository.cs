namespace QuicWasm.Bench;

/// <summary>Where the repository's files are.</summary>
internal static class Repository
{
    /// <summary>The folder with QuicWasm.sln.</summary>
    /// <exception cref="HarnessException">The harness does not run inside a checkout.</exception>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder with the workloads and their manifest.</summary>
    public static string Workloads { get; } = Path.Combine(Root, "experiments", "workloads");

    /// <summary>Where third-party programs are built, outside git.</summary>
    public static string Cache { get; } = Environment.GetEnvironmentVariable("QUICWASM_CACHE") is { Length: > 0 } configured
        ? configured
        : Path.Combine(Root, ".cache");

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "QuicWasm.sln")))
            {
                return folder.FullName;
            }
        }

        throw new HarnessException("the harness runs inside a checkout of the repository: it needs experiments/workloads");
    }
}

namespace QuicWasm.Fuzz.Tests;

/// <summary>Modules of the checkout that the tests run in.</summary>
internal static class Repository
{
    /// <summary>Every module under a folder, in the order of their names.</summary>
    public static byte[][] Modules(params string[] folder) =>
    [
        .. Directory.GetFiles(Path.Combine([Root(), .. folder]), "*.wasm", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
    ];

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "QuicWasm.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests do not run inside a checkout");
    }
}

using System.Text.Json;

namespace QuicWasm.Spec.Tests;

/// <summary>The folder with the core suite, and the scripts in it.</summary>
internal static class SpecSuite
{
    private static readonly string? Root = FindRoot();

    /// <summary>Why the suite cannot be run, or null.</summary>
    public static string? Missing => Root is null
        ? "The core suite is not here: set QUICWASM_SPEC to its folder, or put it at ../shared/spec beside the repository."
        : null;

    /// <summary>Names of all scripts; one empty name where the suite is missing, so that the skip is seen.</summary>
    public static TheoryData<string> Scripts()
    {
        var data = new TheoryData<string>();
        string[] names = Root is null ? [""] : [.. Directory.GetDirectories(Root).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];
        foreach (string name in names)
        {
            data.Add(name);
        }

        return data;
    }

    /// <summary>Reads a script's commands.</summary>
    public static IReadOnlyList<JsonElement> Commands(string script)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root!, script, script + ".json")));
        return [.. document.RootElement.GetProperty("commands").EnumerateArray().Select(c => c.Clone())];
    }

    /// <summary>Reads a module that a script names.</summary>
    public static byte[] Binary(string script, string file) => File.ReadAllBytes(Path.Combine(Root!, script, file));

    private static string? FindRoot()
    {
        if (Environment.GetEnvironmentVariable("QUICWASM_SPEC") is { Length: > 0 } configured)
        {
            return Directory.Exists(configured) ? configured : null;
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "QuicWasm.sln")))
            {
                string suite = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "spec"));
                return Directory.Exists(suite) ? suite : null;
            }
        }

        return null;
    }
}

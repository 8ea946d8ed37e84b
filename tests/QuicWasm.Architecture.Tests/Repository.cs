using System.Diagnostics;

namespace QuicWasm.Architecture.Tests;

/// <summary>The files of the repository that the tests are built from.</summary>
internal static class Repository
{
    private static readonly EnumerationOptions Recursive = new() { RecurseSubdirectories = true };

    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Names of the folders under src.</summary>
    public static IEnumerable<string> SourceProjects => Directory.GetDirectories(Full("src")).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal);

    /// <summary>The path of something in the repository.</summary>
    public static string Full(string relative) => Path.Combine(Root, relative);

    /// <summary>Paths of files under a folder, relative to the repository, without what a build makes.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) => Directory
        .EnumerateFiles(Full(folder), pattern, Recursive)
        .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/'))
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    /// <summary>C# files of src, bench and tests.</summary>
    public static IEnumerable<string> CSharpFiles => [.. Files("src", "*.cs"), .. Files("bench", "*.cs"), .. Files("tests", "*.cs")];

    /// <summary>Project files of src, bench and tests.</summary>
    public static IEnumerable<string> ProjectFiles => [.. Files("src", "*.csproj"), .. Files("bench", "*.csproj"), .. Files("tests", "*.csproj")];

    /// <summary>Paths that git tracks, or null where this is no checkout or there is no git.</summary>
    public static IReadOnlyList<string>? TrackedFiles()
    {
        try
        {
            var start = new ProcessStartInfo("git", ["-C", Root, "ls-files", "-z"]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process git = Process.Start(start)!;
            string output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? output.Split('\0', StringSplitOptions.RemoveEmptyEntries) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "QuicWasm.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("the tests must run from a folder inside the repository");
    }
}

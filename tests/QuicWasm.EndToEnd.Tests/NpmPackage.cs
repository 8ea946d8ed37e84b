using System.ComponentModel;
using System.Diagnostics;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>A package of the npm registry, fetched once into the cache outside git.</summary>
internal static class NpmPackage
{
    /// <summary>The path of a file of a package; skips the test, with the reason, where there is no npm or the registry has no such package.</summary>
    /// <param name="package">Name and version, as npm takes them.</param>
    /// <param name="file">The file's path inside the package.</param>
    public static string File(string package, string file)
    {
        string folder = Path.Combine(Repository.Cache, "npm", package.Replace('/', '-'));
        string path = Path.Combine(folder, "package", file);
        if (!System.IO.File.Exists(path))
        {
            Fetch(package, Directory.CreateDirectory(folder).FullName);
        }

        return path;
    }

    private static void Fetch(string package, string folder)
    {
        string? missing = Run("npm", ["pack", "--silent", "--pack-destination", folder, package]);
        Assert.SkipWhen(missing is not null && !Repository.Requires("npm"), $"npm cannot fetch {package}: {missing}");
        Assert.Null(missing);
        Assert.Null(Run("tar", ["xzf", Directory.GetFiles(folder, "*.tgz").Single(), "-C", folder]));
    }

    /// <summary>Null where the command succeeded, else what it said.</summary>
    private static string? Run(string command, string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"exit code {process.ExitCode}: {output.Result}{error}";
        }
        catch (Win32Exception e)
        {
            return e.Message;
        }
    }
}

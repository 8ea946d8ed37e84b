using System.Diagnostics;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>Files of the checkout that the tests run in.</summary>
internal static class Repository
{
    public static string Root => Bench.Repository.Root;

    public static string Workloads => Bench.Repository.Workloads;

    public static string Cache => Bench.Repository.Cache;

    /// <summary>Whether a missing thing is a failure here and no reason to skip: QUICWASM_REQUIRE names it.</summary>
    public static bool Requires(string thing) =>
        (Environment.GetEnvironmentVariable("QUICWASM_REQUIRE") ?? "").Split(',').Contains(thing, StringComparer.Ordinal);

    /// <summary>Runs a script of the repository; gives its exit code and what it said.</summary>
    public static (int ExitCode, string Words) RunScript(string path)
    {
        using Process process = Process.Start(new ProcessStartInfo("bash", ["-c", "exec bash \"$0\" 2>&1", path]) { RedirectStandardOutput = true })!;
        string words = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, words);
    }
}

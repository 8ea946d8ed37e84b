using System.Diagnostics;

namespace QuicWasm.Bench;

/// <summary>A command of the system, run to its end.</summary>
internal static class SystemCommand
{
    /// <summary>Runs it; gives what it wrote.</summary>
    /// <exception cref="HarnessException">It is not there, or failed; its own words are in the message.</exception>
    public static string Run(string command, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start) ?? throw new HarnessException($"{command} could not be started");
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? output
                : throw new HarnessException($"{command} {string.Join(' ', start.ArgumentList)}: exit code {process.ExitCode}: {error.GetAwaiter().GetResult().Trim()}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new HarnessException($"{command} is needed and cannot be started: {e.Message}");
        }
    }

    /// <summary>Whether there is a command of that name.</summary>
    public static bool Exists(string command) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Append("/usr/sbin").Append("/sbin")
        .Any(folder => File.Exists(Path.Combine(folder, command)));
}

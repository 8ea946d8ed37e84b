using System.Diagnostics;

namespace QuicWasm.Bench;

/// <summary>Runs a script of the repository.</summary>
internal static class Script
{
    /// <summary>Runs it to its end. Its output is passed on; its errors are also given back.</summary>
    public static (int ExitCode, string Error) Run(string path)
    {
        var start = new ProcessStartInfo("bash", [path]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start) ?? throw new HarnessException($"{path} could not be started");
        process.OutputDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}

namespace QuicWasm.Runtime;

/// <summary>The program ended itself (WASI proc_exit). It is no error of the runtime.</summary>
public sealed class ProgramExitException(int exitCode) : Exception($"the program exited with code {exitCode}")
{
    /// <summary>The program's exit code.</summary>
    public int ExitCode { get; } = exitCode;
}

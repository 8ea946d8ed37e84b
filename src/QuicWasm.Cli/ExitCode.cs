namespace QuicWasm.Cli;

/// <summary>Exit codes of the command itself; a program's own code is passed on as it is.</summary>
internal static class ExitCode
{
    /// <summary>Done; or the program was frozen and is elsewhere now.</summary>
    public const int Success = 0;

    /// <summary>The options are wrong.</summary>
    public const int Usage = 2;

    /// <summary>The command failed: a bad module or image, a peer that is gone.</summary>
    public const int Failure = 125;

    /// <summary>The program trapped.</summary>
    public const int Trap = 134;
}

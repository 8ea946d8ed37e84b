namespace QuicWasm.State;

/// <summary>How a program left <see cref="RunningProgram.Run"/>.</summary>
public enum ProgramOutcome
{
    /// <summary>Nothing is left to be done.</summary>
    Completed,

    /// <summary>It stopped at a safe point, and can be frozen or run on.</summary>
    Suspended,

    /// <summary>It ended itself with an exit code.</summary>
    Exited,
}

/// <summary>How a program left <see cref="RunningProgram.Run"/>, with the exit code where it ended itself.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="ExitCode">The exit code where it exited, else 0.</param>
public readonly record struct ProgramStatus(ProgramOutcome Outcome, int ExitCode)
{
    /// <summary>Nothing is left to be done.</summary>
    public static ProgramStatus Completed => new(ProgramOutcome.Completed, 0);

    /// <summary>It stopped at a safe point.</summary>
    public static ProgramStatus Suspended => new(ProgramOutcome.Suspended, 0);

    /// <summary>It ended itself.</summary>
    public static ProgramStatus Exited(int code) => new(ProgramOutcome.Exited, code);
}

using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>A program that this node has taken over, and the migration that brought it.</summary>
/// <param name="Program">The program. Whoever runs it calls <see cref="MigrationReport.MarkFirstInstruction"/> just before.</param>
/// <param name="Migration">The migration; in cow it must stay as long as the program runs.</param>
public sealed record MigratedProgram(RunningProgram Program, Migration Migration) : IAsyncDisposable
{
    /// <summary>Ends the program, then the migration.</summary>
    public async ValueTask DisposeAsync()
    {
        Program.Dispose();
        await Migration.DisposeAsync();
    }
}

namespace QuicWasm.Migration;

/// <summary>A migration failed. The message says what, with which peer, and what to do.</summary>
public sealed class MigrationException(MigrationError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What kind of error it is.</summary>
    public MigrationError Error { get; } = error;
}

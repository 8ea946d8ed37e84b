namespace QuicWasm.Bench;

/// <summary>What can be measured: the migration, and what it is compared with.</summary>
internal static class Methods
{
    /// <summary>The program is frozen half way and resumed at the destination.</summary>
    public const string Migrate = "migrate";

    /// <summary>The program is killed half way, and run from its beginning at the destination.</summary>
    public const string ColdStart = "cold-start";

    /// <summary>The program is frozen half way into a file at the destination, whole, and resumed from that.</summary>
    public const string File = "file";

    /// <summary>Every granule that will be touched comes in one blob: needs to know which those are.</summary>
    public const string Oracle = "oracle";

    /// <summary>The program runs in one place, and nobody can reach it.</summary>
    public const string Unmigrated = "unmigrated";

    /// <summary>The program runs in one place, and listens for a node that would move it.</summary>
    public const string Listening = "listening";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Migrate, ColdStart, File, Oracle, Unmigrated, Listening];
}

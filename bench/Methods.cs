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

    /// <summary>A program that was frozen into a file is served, and resumed with prefetch; what was recorded of it was recorded with other input.</summary>
    public const string Replay = "replay";

    /// <summary>Children are made of the program at the destination, which then run there each for itself.</summary>
    public const string Fork = "fork";

    /// <summary>The whole process of the engine is moved by CRIU: its memory goes to a page server first.</summary>
    public const string Criu = "criu";

    /// <summary>The same, and pages come when they are touched, and in between (lazy-pages).</summary>
    public const string CriuLazy = "criu-lazy";

    /// <summary>The program runs in one place, and nobody can reach it.</summary>
    public const string Unmigrated = "unmigrated";

    /// <summary>The program runs in one place, and listens for a node that would move it.</summary>
    public const string Listening = "listening";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Migrate, ColdStart, File, Oracle, Replay, Fork, Criu, CriuLazy, Unmigrated, Listening];
}

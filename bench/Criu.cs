namespace QuicWasm.Bench;

/// <summary>CRIU, where it is installed: it moves whole processes.</summary>
internal static class Criu
{
    /// <summary>The command.</summary>
    public const string Command = "criu";

    /// <summary>Why it cannot be used here, or null; found out once.</summary>
    public static Lazy<string?> Unavailable { get; } = new(Probe);

    private static string? Probe()
    {
        if (!SystemCommand.Exists(Command))
        {
            return "criu is not installed";
        }

        if (!Environment.IsPrivilegedProcess)
        {
            return "criu needs root";
        }

        try
        {
            SystemCommand.Run(Command, "check");
            return null;
        }
        catch (HarnessException e)
        {
            string[] words = e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return $"criu is installed, but does not work on this kernel: {words.FirstOrDefault(w => w.StartsWith("Error", StringComparison.Ordinal)) ?? words[^1]}";
        }
    }
}

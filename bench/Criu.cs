using System.Globalization;

namespace QuicWasm.Bench;

/// <summary>CRIU, where it is installed: it moves whole processes.</summary>
internal static class Criu
{
    /// <summary>The command.</summary>
    public const string Command = "criu";

    // Of its PIPE_MAX_SIZE, 819 pages, the kernel makes a power of two (criu/include/page-pipe.h): from shorter ones it gives up in the middle.
    private const long PipeBytes = 4L << 20;

    // CAP_SYS_RESOURCE (linux/capability.h).
    private const int MayExceedLimits = 24;

    /// <summary>Why it cannot be used here, or null; found out once.</summary>
    public static Lazy<string?> Unavailable { get; } = new(Probe);

    /// <summary>Why it cannot move lazily here, or null; found out once.</summary>
    public static Lazy<string?> LazyUnavailable { get; } = new(
        () => Unavailable.Value ?? ShortPipes(File.ReadAllText("/proc/sys/fs/pipe-max-size"), File.ReadLines("/proc/self/status")));

    /// <summary>Why its pipes stay too short for lazy pages, or null.</summary>
    /// <param name="limit">What <c>/proc/sys/fs/pipe-max-size</c> says.</param>
    /// <param name="status">What <c>/proc/self/status</c> says; its <c>CapEff</c> tells whether limits count (capabilities(7)).</param>
    public static string? ShortPipes(string limit, IEnumerable<string> status)
    {
        const string effective = "CapEff:";
        string? capabilities = status.FirstOrDefault(l => l.StartsWith(effective, StringComparison.Ordinal))?[effective.Length..].Trim();
        bool isFree = capabilities is not null && (ulong.Parse(capabilities, NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> MayExceedLimits & 1) != 0;
        return isFree || long.Parse(limit, CultureInfo.InvariantCulture) >= PipeBytes
            ? null
            : $"criu's lazy pages need pipes of {PipeBytes} bytes: sysctl fs.pipe-max-size={PipeBytes}, or CAP_SYS_RESOURCE";
    }

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

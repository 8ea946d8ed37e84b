using QuicWasm.Transport;

namespace QuicWasm.Bench;

/// <summary>What this build can do: a point that it cannot do is refused in words, and never measured as something else.</summary>
/// <param name="transports">Names of the transports.</param>
/// <param name="resumeOptions">Options of <c>quicwasm resume</c>.</param>
/// <param name="commands">Commands of <c>quicwasm</c>.</param>
internal sealed class Capabilities(IReadOnlyCollection<string> transports, IReadOnlyCollection<string> resumeOptions, IReadOnlyCollection<string> commands)
{
    /// <summary>The option that names a compression.</summary>
    public const string CompressionOption = "--compression";

    /// <summary>The option that names a prefetch policy.</summary>
    public const string PrefetchOption = "--prefetch";

    /// <summary>The prefetch policy that needs a run before.</summary>
    public const string RecordedPolicy = "recorded";

    /// <summary>Asks the command that is beside this program.</summary>
    public static async Task<Capabilities> AskAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> options = await WordsAsync(["resume", "--help"], cancellationToken), commands = await WordsAsync(["--help"], cancellationToken);
        return new Capabilities(TransportCatalogue.Names, options.Where(w => w.StartsWith("--", StringComparison.Ordinal)).ToHashSet(), commands.ToHashSet());
    }

    // Names of commands stand first in their lines.
    private static async Task<IReadOnlyList<string>> WordsAsync(string[] arguments, CancellationToken cancellationToken)
    {
        await using NodeProcess help = NodeProcess.Start(NodeSite.Loopback, arguments);
        await help.EndAsync(cancellationToken);
        bool isOfCommands = arguments.Length == 1;
        return [.. help.Output.SelectMany(l => l.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Take(isOfCommands ? 1 : int.MaxValue))];
    }

    /// <summary>Why a point cannot be measured, or null.</summary>
    public string? Refusal(ExperimentPoint point) => point switch
    {
        _ when !transports.Contains(point.Transport) => $"this build has no transport {point.Transport}; it has {string.Join(", ", transports)}",
        { Engine: RunContext.OtherEngine, Method: not Methods.Unmigrated } => $"{point.Method} on {point.Engine}: only QuicWasm's own engines can be frozen",
        { Engine: "unfreezable", Method: not Methods.Unmigrated } => $"{point.Method} on {point.Engine}: it has no safe points, so nothing can stop it",
        { Warm: true, Method: not (Methods.Migrate or Methods.Oracle) } => $"{point.Method} between nodes that stay up: only a migration is measured so",
        { Method: Methods.Oracle, Mode: not "cow" } => "oracle: what will be touched is asked for ahead of the rest, which is for mode cow",
        { Method: Methods.Oracle } when !resumeOptions.Contains(OracleMethod.RecordOption) => $"oracle: quicwasm resume has no {OracleMethod.RecordOption} here, which records what is touched",
        { Children: not 1, Method: not Methods.Fork } => $"{point.Children} children: only the method fork makes several",
        { Workload: PagesWorkload.Name, Method: not Methods.Replay } or { Workload: not PagesWorkload.Name, Method: Methods.Replay } =>
            $"{point.Method} of {point.Workload}: the workload {PagesWorkload.Name} is for the method {Methods.Replay}, and that for it alone",
        { Method: Methods.Fork } when !commands.Contains(ForkMethod.Command) => "fork: quicwasm has no such command here",
        { Compression: not "none" } when !resumeOptions.Contains(CompressionOption) => $"compression {point.Compression}: quicwasm resume has no {CompressionOption} here",
        { Prefetch: not "none" } when !resumeOptions.Contains(PrefetchOption) => $"prefetch {point.Prefetch}: quicwasm resume has no {PrefetchOption} here",
        _ => null,
    };
}

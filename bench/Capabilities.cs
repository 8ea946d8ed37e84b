using QuicWasm.Transport;

namespace QuicWasm.Bench;

/// <summary>What this build can do: a point that it cannot do is refused in words, and never measured as something else.</summary>
/// <param name="transports">Names of the transports.</param>
/// <param name="resumeOptions">Options of <c>quicwasm resume</c>.</param>
internal sealed class Capabilities(IReadOnlyCollection<string> transports, IReadOnlyCollection<string> resumeOptions)
{
    /// <summary>The option that names a compression.</summary>
    public const string CompressionOption = "--compression";

    /// <summary>The option that names a prefetch policy.</summary>
    public const string PrefetchOption = "--prefetch";

    /// <summary>Asks the command that is beside this program.</summary>
    public static async Task<Capabilities> AskAsync(CancellationToken cancellationToken)
    {
        await using NodeProcess help = NodeProcess.Start(NodeSite.Loopback, ["resume", "--help"]);
        await help.EndAsync(cancellationToken);
        IEnumerable<string> words = help.Output.SelectMany(l => l.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries));
        return new Capabilities(TransportCatalogue.Names, words.Where(w => w.StartsWith("--", StringComparison.Ordinal)).ToHashSet());
    }

    /// <summary>Why a point cannot be measured, or null.</summary>
    public string? Refusal(ExperimentPoint point) => point switch
    {
        _ when !transports.Contains(point.Transport) => $"this build has no transport {point.Transport}; it has {string.Join(", ", transports)}",
        { Engine: RunContext.OtherEngine, Method: not Methods.Unmigrated } => $"{point.Method} on {point.Engine}: only QuicWasm's own engines can be frozen",
        { Engine: RunContext.OtherEngine } when !SystemCommand.Exists("node") => $"{point.Engine}: node is not installed",
        { Method: Methods.Oracle } => "oracle: this build keeps no record of what a program touches, so it is not known which granules that blob would have",
        { Children: not 1 } => $"{point.Children} children: this build of the harness does not fork",
        { Compression: not "none" } when !resumeOptions.Contains(CompressionOption) => $"compression {point.Compression}: quicwasm resume has no {CompressionOption} here",
        { Prefetch: not "none" } when !resumeOptions.Contains(PrefetchOption) => $"prefetch {point.Prefetch}: quicwasm resume has no {PrefetchOption} here",
        _ => null,
    };
}

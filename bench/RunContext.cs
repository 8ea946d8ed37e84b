namespace QuicWasm.Bench;

/// <summary>One run while it goes on: what is measured, where, and the commands for it.</summary>
/// <param name="Point">What is measured.</param>
/// <param name="Workload">The program.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Expected">The lines of the unmigrated run.</param>
/// <param name="Route">Where it runs.</param>
/// <param name="Folder">A folder that lasts as long as the run.</param>
internal sealed record RunContext(
    ExperimentPoint Point, Workload Workload, IReadOnlyList<string> Arguments, IReadOnlyList<string> Expected, Route Route, TemporaryFolder Folder)
{
    /// <summary>V8, in node: an engine that cannot move programs, for comparison.</summary>
    public const string OtherEngine = "v8";

    /// <summary>How a node's message begins that ends with its endpoint.</summary>
    public const string Listening = "quicwasm: listening on ";

    /// <summary>How the message of a command begins that waits for its source.</summary>
    public const string StandingBy = "quicwasm: standing by";

    /// <summary>After how many lines the program is frozen: a quarter, so that enough is left to do while the destination connects.</summary>
    public int LinesAtSource { get; init; } = Math.Max(1, Expected.Count / 4);

    /// <summary>Starts the program; <paramref name="options"/> are further options of <c>quicwasm run</c>.</summary>
    public NodeProcess StartProgram(NodeSite site, params IEnumerable<string> options) => NodeProcess.StartOther(site, ProgramCommand(options), Input);

    /// <summary>The command that runs the program; <paramref name="options"/> are further options of <c>quicwasm run</c>.</summary>
    public IReadOnlyList<string> ProgramCommand(params IEnumerable<string> options)
    {
        IEnumerable<string> modules = Workload.Modules.SelectMany(m => new[] { "--module", $"{m.Key}={Workload.PathOf(m.Value)}" });
        string file = Workload.PathOf(Workload.Wasm);
        return Point.Engine == OtherEngine
            ? ["node", "--no-warnings", "--no-turbo-fast-api-calls", Path.Combine(Repository.Workloads, "node-run.mjs"), .. modules, file, .. Arguments]
            : NodeProcess.Command(["run", "--engine", Point.Engine, .. options, .. modules, .. FolderOptions(), file, .. Arguments]);
    }

    /// <summary>Starts the program at the source, where a node that has the keys can freeze it; gives the endpoint when it listens.</summary>
    public async Task<(NodeProcess Process, string Endpoint)> StartSourceAsync(IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        NodeProcess source = StartProgram(Route.Source, [.. keys, .. OpenOptions(Route.Source), "--listen", $"{Point.Transport}:{Route.Source.Address}:0"]);
        try
        {
            return (source, await source.MessageAsync(Listening, cancellationToken));
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Starts <c>quicwasm resume</c> at the destination, and waits until it needs nothing but the source: what a process takes to start is
    /// no part of a migration, and a short program must not end meanwhile.
    /// </summary>
    public async Task<NodeProcess> StandByAsync(IEnumerable<string> options, CancellationToken cancellationToken)
    {
        NodeProcess destination = NodeProcess.StandBy(Route.Destination, ["resume", "-", "--engine", Point.Engine, .. options, .. FolderOptions()]);
        try
        {
            await destination.MessageAsync(StandingBy, cancellationToken);
            return destination;
        }
        catch
        {
            await destination.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts <c>quicwasm resume</c> at the destination.</summary>
    public NodeProcess StartDestination(string source, params IEnumerable<string> options) =>
        NodeProcess.Start(Route.Destination, ["resume", source, "--engine", Point.Engine, .. options, .. FolderOptions()], Input);

    private string? Input => Workload.Stdin is null ? null : Path.Combine(Repository.Workloads, Workload.Stdin);

    /// <summary>What <c>tcp</c> needs to listen at a site that is not loopback.</summary>
    public IEnumerable<string> OpenOptions(NodeSite site) => site.IsLoopback || Point.Transport != "tcp" ? [] : ["--insecure-bind"];

    /// <summary>The folder that the program has, if it needs one.</summary>
    public IEnumerable<string> FolderOptions() =>
        Workload.Folder is null ? [] : ["--dir", $"{Directory.CreateDirectory(Path.Combine(Folder.Path, "guest")).FullName}::{Workload.Folder}"];
}

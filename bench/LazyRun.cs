using System.Diagnostics;
using System.Text.Json;

namespace QuicWasm.Bench;

/// <summary>A <see cref="LazyProgram"/> in a folder: frozen, served, and resumed by <c>quicwasm</c>.</summary>
internal sealed class LazyRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private LazyRun()
    {
    }

    /// <summary>The program.</summary>
    public string Module => Path.Combine(_folder.Path, "program.wasm");

    /// <summary>Its image.</summary>
    public string Image => Path.Combine(_folder.Path, "image");

    /// <summary>Freezes a program.</summary>
    public static async Task<LazyRun> FreezeAsync(LazyProgram program, CancellationToken cancellationToken)
    {
        LazyRun run = new();
        try
        {
            await File.WriteAllBytesAsync(run.Module, program.ToModule(), cancellationToken);
            await using NodeProcess frozen = NodeProcess.Start(
                NodeSite.Loopback, ["run", "--freeze-after", $"{program.FreezeAfter}", "--freeze-to", run.Image, run.Module]);
            await frozen.EndAsync(cancellationToken);
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>Runs the program without moving it.</summary>
    public NodeProcess Run() => NodeProcess.Start(NodeSite.Loopback, ["run", Module]);

    /// <summary>Serves the image at a site; gives where.</summary>
    public async Task<(NodeProcess Process, string Endpoint)> ServeAsync(NodeSite site, CancellationToken cancellationToken)
    {
        string[] open = site.IsLoopback ? [] : ["--insecure-bind"];
        NodeProcess process = NodeProcess.Start(site, ["serve", .. open, "--listen", $"tcp:{site.Address}:0", Image]);
        try
        {
            return (process, await process.MessageAsync("quicwasm: listening on ", cancellationToken));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Serves the image, and resumes it in mode cow with further options; gives the report, and when each line came.</summary>
    public async Task<(IReadOnlyDictionary<string, double> Report, IReadOnlyList<long> LineTimes)> ResumeAsync(
        Route route, IEnumerable<string> options, string? seed, CancellationToken cancellationToken)
    {
        string report = Path.Combine(_folder.Path, "report.json");
        IReadOnlyList<long> times = await ResumeUnreportedAsync(route, ["--report", report, .. options], seed, cancellationToken);
        return (JsonSerializer.Deserialize<Dictionary<string, double>>(await File.ReadAllBytesAsync(report, cancellationToken))!, times);
    }

    /// <summary>The same without a report, so that nothing is counted; gives when each line came.</summary>
    public async Task<IReadOnlyList<long>> ResumeUnreportedAsync(Route route, IEnumerable<string> options, string? seed, CancellationToken cancellationToken)
    {
        string? input = null;
        if (seed is not null)
        {
            await File.WriteAllTextAsync(input = Path.Combine(_folder.Path, "seed"), seed, cancellationToken);
        }

        (NodeProcess source, string endpoint) = await ServeAsync(route.Source, cancellationToken);
        await using NodeProcess ofSource = source;
        await using NodeProcess resumed = NodeProcess.Start(route.Destination, ["resume", endpoint, "--mode", "cow", .. options], input);
        await resumed.EndAsync(cancellationToken);
        await source.EndAsync(cancellationToken);
        return resumed.OutputTimes;
    }

    /// <summary>
    /// Serves the image, and has a node that stays up resume it in mode cow, when that and who orders it have nothing else to do; gives how long after its order
    /// it ran there, and the time from its first line to its second.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="endpoint">Where it listens.</param>
    /// <param name="folder">Where its programs write.</param>
    /// <param name="number">How many programs it has run with this one.</param>
    /// <param name="options">Further options.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<(double FirstInstructionMs, double LinesMs)> ResumeAtAsync(
        NodeProcess node, string endpoint, string folder, int number, IEnumerable<string> options, CancellationToken cancellationToken)
    {
        (NodeProcess source, string served) = await ServeAsync(NodeSite.Loopback, cancellationToken);
        await using NodeProcess ofSource = source;
        await using NodeProcess order = NodeProcess.StandByUnwatched(["resume", "-", "--at", endpoint, "--mode", "cow", .. options]);
        await order.MessageAsync(RunContext.StandingBy, cancellationToken);
        await ProcessUsage.QuietAsync([source.ProcessId, node.ProcessId, order.ProcessId], cancellationToken);
        using OutputFile output = OutputFile.Next(folder);
        order.GiveLine(served);
        string file = await ResidentNode.FileAsync(order, cancellationToken);
        await order.EndAsync(cancellationToken);
        await source.EndAsync(cancellationToken);
        output.End(file);
        return (
            await node.FirstInstructionMsAsync(number, cancellationToken),
            Stopwatch.GetElapsedTime(output.OutputTimes[0], output.OutputTimes[1]).TotalMilliseconds);
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}

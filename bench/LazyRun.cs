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

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}

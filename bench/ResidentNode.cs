namespace QuicWasm.Bench;

/// <summary>A node that stays up (<c>quicwasm node</c>), and takes programs on order.</summary>
internal sealed class ResidentNode : IAsyncDisposable
{
    private readonly NodeSite _site;

    private ResidentNode(NodeSite site, NodeProcess process, string endpoint, string folder) =>
        (_site, Process, Endpoint, Folder) = (site, process, endpoint, folder);

    /// <summary>Its process.</summary>
    public NodeProcess Process { get; }

    /// <summary>Where it listens.</summary>
    public string Endpoint { get; }

    /// <summary>Where the output of its programs goes, and the reports of their moves.</summary>
    public string Folder { get; }

    /// <summary>Starts one; it listens when this is done, and has moved nothing: what comes first is the harness's to say.</summary>
    /// <param name="context">The run that it is for.</param>
    /// <param name="site">Where.</param>
    /// <param name="name">Name of its folder.</param>
    /// <param name="keys">Who it is, and whom it trusts.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<ResidentNode> StartAsync(
        RunContext context, NodeSite site, string name, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateDirectory(Path.Combine(context.Folder.Path, name)).FullName;
        NodeProcess process = NodeProcess.Start(
            site,
            [
                "node", "--listen", $"{context.Point.Transport}:{site.Address}:0", .. context.OpenOptions(site), .. keys,
                "--engine", context.Point.Engine, "--output-folder", folder, "--reports", "--warm-up", "0", .. context.FolderOptions(),
            ]);
        try
        {
            return new ResidentNode(site, process, await process.MessageAsync(RunContext.Listening, cancellationToken), folder);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>A command that stands by to have this node take the program of a source, and then waits for the program's end here.</summary>
    /// <param name="keys">Who it is, and whom it trusts.</param>
    /// <param name="freezes">Whether the program runs at its source, and is to be frozen first.</param>
    /// <param name="options">How the image is copied.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public async Task<NodeProcess> StandByAsync(IEnumerable<string> keys, bool freezes, IEnumerable<string> options, CancellationToken cancellationToken)
    {
        NodeProcess order = NodeProcess.StandBy(_site, ["resume", "-", "--at", Endpoint, .. Enumerable.Repeat("--freeze", freezes ? 1 : 0), .. keys, .. options]);
        try
        {
            await order.MessageAsync(RunContext.StandingBy, cancellationToken);
            return order;
        }
        catch
        {
            await order.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the program of an order runs; gives the file that its output goes to.</summary>
    public static async Task<string> FileAsync(NodeProcess order, CancellationToken cancellationToken)
    {
        const string receipt = "quicwasm: program ", before = " its output goes to ", after = " there";
        string message = await order.MessageAsync(receipt, cancellationToken);
        int start = message.IndexOf(before, StringComparison.Ordinal) + before.Length;
        return message[start..message.LastIndexOf(after, StringComparison.Ordinal)];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Process.DisposeAsync();
}

namespace QuicWasm.Migration;

/// <summary>
/// A program that this node has taken over. In cow the connection stays open for what is touched. Disposing closes it; what has
/// not arrived by then is not to be had any more.
/// </summary>
public sealed class Migration : IAsyncDisposable
{
    private readonly NodeClient _client;
    private readonly IReadOnlyList<GranuleStream> _streams;
    private readonly GranulePlan _plan;
    private readonly OwnershipMessage _done;
    private bool _isFinished;
    private bool _isDisposed;

    internal Migration(
        NodeClient client, IReadOnlyList<GranuleStream> streams, GranulePlan plan, GranuleFetcher? fetcher, PagedImage? pages, MigrationReport report, OwnershipMessage done)
    {
        _client = client;
        _streams = streams;
        _plan = plan;
        _done = done;
        Fetcher = fetcher;
        Pages = pages;
        Report = report;
    }

    /// <summary>The image.</summary>
    public Guid Image => _done.Image;

    /// <summary>The epoch under which this node owns the program.</summary>
    public ulong Epoch => _done.Epoch;

    /// <summary>The memory node in words.</summary>
    public string Source => _client.Peer;

    /// <summary>Fetches what is touched; null where everything is here, or a pager does it.</summary>
    public GranuleFetcher? Fetcher { get; }

    /// <summary>What the pager brings; null where no memory was left behind.</summary>
    public PagedImage? Pages { get; }

    /// <summary>What it took.</summary>
    public MigrationReport Report { get; }

    /// <summary>Fetches everything that is not here yet, while the program runs.</summary>
    /// <exception cref="MigrationException">The memory node is gone; the program traps when it touches what is missing.</exception>
    public async Task FetchRemainingAsync(CancellationToken cancellationToken = default)
    {
        if (Fetcher is { IsComplete: false } fetcher)
        {
            await using GranuleStream stream = await _client.OpenStreamAsync(_streams[0].Handle, _plan, cancellationToken);
            await fetcher.FetchRemainingAsync(stream, cancellationToken);
        }

        if (Pages is { } pages)
        {
            await pages.PushAsync(cancellationToken);
        }

        Report.MarkAll();
    }

    /// <summary>Tells the memory node that it need not keep the image any more: everything is here, or the program has ended.</summary>
    /// <exception cref="MigrationException">The memory node is gone. It keeps the image, and nobody can claim it.</exception>
    public async Task FinishAsync(CancellationToken cancellationToken = default)
    {
        if (Pages is { IsAlive: true } pages)
        {
            Report.PageFaults = pages.PageFaults();
        }

        if (!_isFinished)
        {
            await _client.StepAsync(_done, MessageKind.Finished, cancellationToken);
            _isFinished = true;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        Fetcher?.Dispose();
        Pages?.Dispose();
        Report.Follow(null);
        foreach (GranuleStream stream in _streams)
        {
            await stream.DisposeAsync();
        }

        await _client.DisposeAsync();
    }
}

using System.Collections.Immutable;
using QuicWasm.Runtime;
using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>
/// A program that this node has taken over. In cow the connection stays open for what is touched. Disposing closes it; what has
/// not arrived by then is not to be had any more.
/// </summary>
public sealed class Migration : IAsyncDisposable
{
    private readonly SourceConnection _source;
    private readonly MigrationRequest _request;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _background;
    private bool _isFinished;
    private bool _isDisposed;
    private int _isRecorded;

    internal Migration(SourceConnection source, GranuleFetcher? fetcher, PagedImage? pages, MigrationReport report, MigrationRequest request)
    {
        _source = source;
        Fetcher = fetcher;
        Pages = pages;
        Report = report;
        _request = request;
        _background = Task.WhenAll(PushAsync(), RecordAsync());
    }

    /// <summary>The image.</summary>
    public Guid Image => _source.Layout.Id;

    /// <summary>The epoch under which this node owns the program.</summary>
    public ulong Epoch => _source.Epoch;

    /// <summary>The memory node in words.</summary>
    public string Source => _source.Client.Peer;

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
            await fetcher.FetchRemainingAsync(cancellationToken);
        }

        if (Pages is { } pages)
        {
            await pages.PushAsync(cancellationToken);
        }

        Report.MarkAll();
    }

    /// <summary>
    /// Fetches what the memory node's engine has compiled, and gives it to the program's. It is trusted as this program itself: call it only where the user
    /// asked for it. The program may run meanwhile; it must be before <see cref="FinishAsync"/>.
    /// </summary>
    /// <returns>How many modules' code was taken, and its bytes; 0 where the engines are of different builds, or have none.</returns>
    /// <exception cref="MigrationException">The peer is not authenticated, or is gone. The program runs without it.</exception>
    public async Task<(int Modules, long Bytes)> FetchCodeAsync(RunningProgram program, CancellationToken cancellationToken = default)
    {
        if (!_source.Client.IsAuthenticated)
        {
            throw new MigrationException(
                MigrationError.Unsupported, $"compiled code is taken only from a peer that is authenticated, which {_source.Client.Peer} is not: use tls or quic");
        }

        if (program.Context.Engine is not IPortableCode engine)
        {
            return (0, 0);
        }

        ImmutableArray<ReadOnlyMemory<byte>> packages = await _source.Client.GetCodeAsync(_source.Handle, engine.CodeIdentity, cancellationToken);
        (int modules, long bytes) = (0, 0);
        foreach (ReadOnlyMemory<byte> package in packages)
        {
            if (program.Context.Store.Modules.Select(m => engine.Accept(m, package)).ToArray().Contains(true))
            {
                modules++;
                bytes += package.Length;
            }
        }

        return (modules, bytes);
    }

    /// <summary>Tells the memory node, once, that it need not keep the image any more: everything is here, or the program has ended.</summary>
    /// <exception cref="MigrationException">The memory node is gone. It keeps the image, and nobody can claim it.</exception>
    public async Task FinishAsync(CancellationToken cancellationToken = default)
    {
        if (Pages is { IsAlive: true } pages)
        {
            Report.Take(pages);
            await KeepWorkingSetAsync(pages, cancellationToken);
        }

        if (_isFinished)
        {
            return;
        }

        _isFinished = true;
        bool isRepeated = false;
        _source.CarriesGranules = false;
        await _source.AskAsync(
            async (client, token) =>
            {
                try
                {
                    await client.StepAsync(_source.Step(MessageKind.Done), MessageKind.Finished, token);
                }
                catch (MigrationException e) when (e.Error == MigrationError.UnknownImage && isRepeated)
                {
                    // The answer was lost: the memory node has let the image go already.
                }
                finally
                {
                    isRepeated = true;
                }
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _ending.CancelAsync();
        await _background;
        if (Fetcher is { } fetcher)
        {
            await fetcher.DisposeAsync();
        }

        Pages?.Dispose();
        Report.Follow(null);
        await _source.DisposeAsync();
        _ending.Dispose();
    }

    // A program that needs what could not be had finds that out itself.
    private async Task PushAsync()
    {
        if (!_request.Prefetch.HasFlag(Prefetch.Push))
        {
            return;
        }

        try
        {
            await FetchRemainingAsync(_ending.Token);
        }
        catch (Exception e) when (e is MigrationException or OperationCanceledException or ObjectDisposedException)
        {
            Report.PushFailure = e.Message;
        }
    }

    private async Task RecordAsync()
    {
        if (_request.RecordTime == TimeSpan.Zero || Pages is not { } pages)
        {
            return;
        }

        try
        {
            await Task.Delay(_request.RecordTime, _ending.Token);
            await KeepWorkingSetAsync(pages, _ending.Token);
        }
        catch (Exception e) when (e is MigrationException or OperationCanceledException or ObjectDisposedException)
        {
            // Without a record the next program fetches what it touches, as this one does.
            Report.PushFailure = e.Message;
        }
    }

    // Once, by whoever is first: the end of the time, or of the program.
    private async Task KeepWorkingSetAsync(PagedImage pages, CancellationToken cancellationToken)
    {
        if (_request.RecordTime > TimeSpan.Zero && Interlocked.Exchange(ref _isRecorded, 1) == 0)
        {
            ImmutableArray<PartRange> touched = pages.WorkingSet();
            await _source.AskAsync((client, token) => client.KeepWorkingSetAsync(_source.Step(MessageKind.Done), touched, token), cancellationToken);
        }
    }
}

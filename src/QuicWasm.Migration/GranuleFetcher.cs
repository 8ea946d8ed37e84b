using System.Collections.Immutable;
using System.Diagnostics;
using QuicWasm.Runtime;
using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>
/// Fetches what a lazily resumed program touches, over a connection that stays open. Each granule comes once, whether it was touched
/// or prefetched. Where the memory node stays away past the deadline the program traps; it never runs on bytes that are not there.
/// </summary>
public sealed class GranuleFetcher : IPartFetcher, IAsyncDisposable
{
    private readonly ImageLayout _layout;
    private readonly GranulePlan _plan;
    private readonly GranuleLedger _ledger;
    private readonly GranuleExecutor _executor;
    private readonly SourceConnection _source;
    private readonly TimeSpan _deadline;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<FaultRecord> _faults = [];
    private GranuleStream? _stream;
    private NodeClient? _streamOf;

    internal GranuleFetcher(
        ImageLayout layout, GranulePlan plan, GranuleLedger ledger, GranuleExecutor executor, SourceConnection source, TimeSpan deadline)
    {
        _layout = layout;
        _plan = plan;
        _ledger = ledger;
        _executor = executor;
        _source = source;
        _deadline = deadline;
    }

    /// <summary>The touches that had to wait, in order.</summary>
    public ImmutableArray<FaultRecord> Faults
    {
        get
        {
            lock (_faults)
            {
                return [.. _faults];
            }
        }
    }

    /// <summary>Whether nothing is left to fetch.</summary>
    public bool IsComplete => _ledger.IsComplete;

    /// <inheritdoc/>
    public void Fetch(int part, ulong offset, ulong lengthBytes)
    {
        long start = Stopwatch.GetTimestamp();
        GranuleRun run = _plan.GranulesOf(part, offset, lengthBytes);
        using CancellationTokenSource ending = new(_deadline);
        FetchOutcome outcome;
        try
        {
            if (HasArrived(run))
            {
                return;
            }

            // Another thread's context must not be captured: this one blocks.
            outcome = Task.Run(() => FetchAsync(run, ending.Token)).GetAwaiter().GetResult();
        }
        catch (MigrationException e)
        {
            throw Unavailable(part, e.Message, e);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            string why = _source.LastLoss is { } loss ? $" ({loss})" : "";
            throw Unavailable(part, $"{_source.Client.Peer} did not send it within {_deadline.TotalSeconds} s{why}", e);
        }

        lock (_faults)
        {
            _faults.Add(new FaultRecord(
                _layout.Parts[part].Kind, outcome.Granules, outcome.Bytes, outcome.QueueTime, Stopwatch.GetElapsedTime(start)));
        }
    }

    /// <summary>Nothing is fetched any more: a touch of what is not here traps.</summary>
    public async ValueTask DisposeAsync()
    {
        _ledger.Fail(new MigrationException(MigrationError.ConnectionLost, $"the connection to {_source.Client.Peer} was closed here"));
        if (_stream is { } stream)
        {
            await stream.DisposeAsync();
        }

        _turn.Dispose();
    }

    /// <summary>Fetches everything that is not here yet, beside the program; what the program touches meanwhile does not wait for it all.</summary>
    /// <param name="cancellationToken">Gives the transfer up; what is missing then cannot be fetched any more.</param>
    internal async Task FetchRemainingAsync(CancellationToken cancellationToken)
    {
        GranuleRun all = new(0, _plan.GranuleCount);
        await OrFailAsync(() => _source.MoveAsync(
            1, (streams, token) => _executor.MoveAsync(streams, all, ByteClass.Prefetched, token), cancellationToken));
        await WhenArrivedAsync(all, cancellationToken);
    }

    private async Task<FetchOutcome> FetchAsync(GranuleRun run, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        await _turn.WaitAsync(cancellationToken);
        try
        {
            TimeSpan queueTime = Stopwatch.GetElapsedTime(start);
            (int granules, ulong bytes) = Missing(run);
            await OrFailAsync(() => _source.AskAsync(
                async (client, token) => await _executor.MoveAsync([await StreamAsync(client, token)], run, ByteClass.Demanded, token), cancellationToken));
            await WhenArrivedAsync(run, cancellationToken);
            return new FetchOutcome(granules, bytes, queueTime);
        }
        finally
        {
            _turn.Release();
        }
    }

    // Whoever waits for a granule that was asked for here learns that it does not come.
    private async Task OrFailAsync(Func<Task> move)
    {
        try
        {
            await move();
        }
        catch (MigrationException e)
        {
            _ledger.Fail(e);
            throw;
        }
        catch (OperationCanceledException e)
        {
            _ledger.Fail(new MigrationException(MigrationError.DeadlineExceeded, $"fetching from {_source.Client.Peer} was given up", e));
            throw;
        }
    }

    // One stream, which stays open: a touch waits for nothing but the answer.
    private async Task<GranuleStream> StreamAsync(NodeClient client, CancellationToken cancellationToken)
    {
        if (!ReferenceEquals(client, _streamOf))
        {
            if (_stream is { } before)
            {
                await before.DisposeAsync();
            }

            _stream = await _source.OpenStreamAsync(client, cancellationToken);
            _streamOf = client;
        }

        return _stream!;
    }

    private bool HasArrived(GranuleRun run)
    {
        for (int granule = run.First; granule < run.End; granule++)
        {
            if (!_ledger.HasArrived(granule))
            {
                return false;
            }
        }

        return true;
    }

    private (int Granules, ulong Bytes) Missing(GranuleRun run)
    {
        int count = 0;
        ulong bytes = 0;
        for (int granule = run.First; granule < run.End; granule++)
        {
            if (!_ledger.IsRequested(granule))
            {
                count++;
                bytes += _plan.LengthOf(granule);
            }
        }

        return (count, bytes);
    }

    private async Task WhenArrivedAsync(GranuleRun run, CancellationToken cancellationToken)
    {
        for (int granule = run.First; granule < run.End; granule++)
        {
            await _ledger.WhenArrivedAsync(granule).WaitAsync(cancellationToken);
        }
    }

    private TrapException Unavailable(int part, string why, Exception inner) =>
        new(TrapKind.PartUnavailable, $"{_layout.Parts[part].Kind} {_layout.Parts[part].Index} (part {part}): {why}", inner);

    private readonly record struct FetchOutcome(int Granules, ulong Bytes, TimeSpan QueueTime);
}

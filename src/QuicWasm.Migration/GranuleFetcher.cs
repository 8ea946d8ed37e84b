using System.Collections.Immutable;
using System.Diagnostics;
using QuicWasm.Runtime;
using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>
/// Fetches what a lazily resumed program touches, over a connection that stays open. Each granule comes once, whether it was touched
/// or prefetched. Where the memory node stays away past the deadline the program traps; it never runs on bytes that are not there.
/// </summary>
public sealed class GranuleFetcher : IPartFetcher, IDisposable
{
    private readonly ImageLayout _layout;
    private readonly GranulePlan _plan;
    private readonly GranuleLedger _ledger;
    private readonly GranuleExecutor _executor;
    private readonly GranuleStream[] _stream;
    private readonly TimeSpan _deadline;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<FaultRecord> _faults = [];

    internal GranuleFetcher(
        ImageLayout layout, GranulePlan plan, GranuleLedger ledger, GranuleExecutor executor, GranuleStream stream, TimeSpan deadline)
    {
        _layout = layout;
        _plan = plan;
        _ledger = ledger;
        _executor = executor;
        _stream = [stream];
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
            throw Unavailable(part, $"{_stream[0].Peer} did not send it within {_deadline.TotalSeconds} s", e);
        }

        lock (_faults)
        {
            _faults.Add(new FaultRecord(
                _layout.Parts[part].Kind, outcome.Granules, outcome.Bytes, outcome.QueueTime, Stopwatch.GetElapsedTime(start)));
        }
    }

    /// <summary>Nothing is fetched any more: a touch of what is not here traps.</summary>
    public void Dispose()
    {
        _ledger.Fail(new MigrationException(MigrationError.ConnectionLost, $"the connection to {_stream[0].Peer} was closed here"));
        _turn.Dispose();
    }

    /// <summary>Goes on over another connection. Only while nobody fetches.</summary>
    internal void MoveTo(GranuleStream stream) => _stream[0] = stream;

    /// <summary>Fetches everything that is not here yet, beside the program; what the program touches meanwhile does not wait for it all.</summary>
    /// <param name="stream">A stream of its own.</param>
    /// <param name="cancellationToken">Gives the transfer up; what is missing then cannot be fetched any more.</param>
    internal async Task FetchRemainingAsync(GranuleStream stream, CancellationToken cancellationToken)
    {
        await _executor.MoveAsync([stream], new GranuleRun(0, _plan.GranuleCount), ByteClass.Prefetched, cancellationToken);
        await WhenArrivedAsync(new GranuleRun(0, _plan.GranuleCount), cancellationToken);
    }

    private async Task<FetchOutcome> FetchAsync(GranuleRun run, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        await _turn.WaitAsync(cancellationToken);
        try
        {
            TimeSpan queueTime = Stopwatch.GetElapsedTime(start);
            (int granules, ulong bytes) = Missing(run);
            await _executor.MoveAsync(_stream, run, ByteClass.Demanded, cancellationToken);
            await WhenArrivedAsync(run, cancellationToken);
            return new FetchOutcome(granules, bytes, queueTime);
        }
        finally
        {
            _turn.Release();
        }
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

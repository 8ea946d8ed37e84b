using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>
/// Moves granules from a memory node into a target: the one loop for all granularities, modes and transports. Each stream asks for
/// runs of granules ahead, within the window, and writes what arrives straight from the frame to its place. A move that a lost
/// connection has ended can be made again: it asks for what is missing, and writes no byte twice.
/// </summary>
internal sealed class GranuleExecutor(
    ImageLayout layout, GranulePlan plan, IImageTarget target, GranuleLedger ledger, SkeletonGate gate, TransferCounters counters, MigrationRequest request)
{
    /// <summary>Moves the granules of a range that nobody has asked for yet; ends when all of those are written.</summary>
    /// <exception cref="MigrationException">A stream failed, or the target refused; what was asked for and has not come counts as not asked for.</exception>
    public async Task MoveAsync(IReadOnlyList<GranuleStream> streams, GranuleRun range, ByteClass byteClass, CancellationToken cancellationToken)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        RunCursor cursor = new(range, ledger);
        try
        {
            await Task.WhenAll(streams.Select(stream => PumpAsync(stream, cursor, byteClass, ending)));
        }
        catch (Exception) when (cursor.Failure is not null)
        {
            // RACE: the streams that were cancelled may have failed before the one that is to blame; the cursor knows the first.
            cancellationToken.ThrowIfCancellationRequested();
            throw new MigrationException(cursor.Failure.Error, cursor.Failure.Message, cursor.Failure);
        }
    }

    private async Task PumpAsync(GranuleStream stream, RunCursor cursor, ByteClass byteClass, CancellationTokenSource ending)
    {
        StreamWindow window = new(request);
        try
        {
            while (true)
            {
                while (window.TryTake(cursor, out GranuleRun run))
                {
                    window.Add(run, stream.NextRequestId);
                    await stream.RequestAsync(run, window.Granules, window.Bytes, ending.Token);
                }

                if (!window.TryDue(out GranuleRun due, out ulong requestId))
                {
                    return;
                }

                GranulePiece piece = await stream.ReceiveAsync(due, window.ReceivedBytes, requestId, byteClass, ending.Token);
                await TakeAsync(stream, window, piece, ending.Token);
            }
        }
        catch (Exception e) when (e is MigrationException or ImageException or OperationCanceledException)
        {
            window.Abandon(ledger);
            cursor.Fail(e switch
            {
                MigrationException failure => failure,
                ImageException => new MigrationException(MigrationError.RestoreFailed, $"the image from {stream.Peer} cannot be used: {e.Message}", e),
                _ => new MigrationException(MigrationError.DeadlineExceeded, $"copying from {stream.Peer} was cancelled", e),
            });
            await ending.CancelAsync();
            throw;
        }
    }

    // What was written before a connection was lost is not written again, though it comes again.
    private async ValueTask TakeAsync(GranuleStream stream, StreamWindow window, GranulePiece piece, CancellationToken cancellationToken)
    {
        while (piece.LengthBytes > 0)
        {
            window.TryDue(out GranuleRun due, out _);
            ulong written = ledger.WrittenOf(due.First);
            if (written > window.ReceivedBytes)
            {
                (GranulePiece known, piece) = piece.SplitAt(written - window.ReceivedBytes);
                Count(window, known.LengthBytes);
                continue;
            }

            ulong most = ledger.HasParts ? plan.LengthOf(due.First) - window.ReceivedBytes : ulong.MaxValue;
            (GranulePiece next, piece) = piece.SplitAt(most);
            foreach (PartRange range in plan.RangesOf(due, window.ReceivedBytes, next.LengthBytes))
            {
                (GranulePiece ofRange, next) = next.SplitAt(range.LengthBytes);
                await WriteAsync(stream, range, ofRange, cancellationToken);
                Count(window, range.LengthBytes);
            }
        }
    }

    private async ValueTask WriteAsync(GranuleStream stream, PartRange range, GranulePiece piece, CancellationToken cancellationToken)
    {
        // Elsewhere a few bytes from a peer would have this node make as many as the layout says.
        if (piece.ZeroBytes > 0 && layout.Parts[range.Part].Kind != PartKind.Memory)
        {
            throw new MigrationException(MigrationError.ProtocolViolation, $"{stream.Peer} sent zeros for part {range.Part}, which is no memory");
        }

        if (plan.IsSkeleton(range.Part))
        {
            target.Write(range.Part, range.Offset, piece.Body.Span);
            gate.Arrived(range.LengthBytes);
            return;
        }

        await WaitForSkeletonAsync(cancellationToken);
        if (piece.ZeroBytes > 0)
        {
            target.WriteZeros(range.Part, range.Offset, range.LengthBytes);
        }
        else
        {
            target.Write(range.Part, range.Offset, piece.Body.Span);
        }
    }

    // So many bytes more of what is due are here.
    private void Count(StreamWindow window, ulong bytes)
    {
        window.ReceivedBytes += bytes;
        while (window.TryDue(out GranuleRun due, out _) && plan.LengthOf(due.First) is var length && length <= window.ReceivedBytes)
        {
            counters.AddGranule();
            ledger.MarkArrived(due.First);
            window.Arrived(length);
        }
    }

    private async ValueTask WaitForSkeletonAsync(CancellationToken cancellationToken)
    {
        if (!gate.Opened.IsCompleted)
        {
            await gate.Opened.WaitAsync(cancellationToken);
        }
    }
}

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

                if (!window.TryDue(out int granule, out ulong requestId))
                {
                    return;
                }

                await ReceiveAsync(stream, window, granule, requestId, byteClass, ending.Token);
                window.Arrived(plan.LengthOf(granule));
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

    private async ValueTask ReceiveAsync(
        GranuleStream stream, StreamWindow window, int granule, ulong requestId, ByteClass byteClass, CancellationToken cancellationToken)
    {
        ulong length = plan.LengthOf(granule);
        window.WrittenBytes = ledger.WrittenOf(granule);
        for (ulong offset = 0; offset < length;)
        {
            GranulePiece piece = await stream.ReceiveAsync(granule, offset, requestId, byteClass, cancellationToken);
            ulong end = offset + piece.LengthBytes;
            if (end > window.WrittenBytes)
            {
                ulong skipped = window.WrittenBytes - Math.Min(offset, window.WrittenBytes);
                offset += skipped;
                PartRangeSequence ranges = plan.RangesOf(granule, offset, end - offset);
                await (piece.ZeroBytes > 0
                    ? WriteZerosAsync(stream, window, ranges, cancellationToken)
                    : WriteAsync(window, ranges, piece.Body[(int)skipped..], cancellationToken));
            }

            offset = end;
        }

        counters.AddGranule();
        ledger.MarkArrived(granule);
    }

    private async ValueTask WriteAsync(StreamWindow window, PartRangeSequence ranges, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        foreach (PartRange range in ranges)
        {
            ReadOnlyMemory<byte> bytes = body[..(int)range.LengthBytes];
            body = body[(int)range.LengthBytes..];
            if (!plan.IsSkeleton(range.Part))
            {
                await WaitForSkeletonAsync(cancellationToken);
            }

            target.Write(range.Part, range.Offset, bytes.Span);
            window.WrittenBytes += range.LengthBytes;
            if (plan.IsSkeleton(range.Part))
            {
                gate.Arrived(range.LengthBytes);
            }
        }
    }

    private async ValueTask WriteZerosAsync(GranuleStream stream, StreamWindow window, PartRangeSequence ranges, CancellationToken cancellationToken)
    {
        foreach (PartRange range in ranges)
        {
            // Elsewhere a few bytes from a peer would have this node make as many as the layout says.
            if (layout.Parts[range.Part].Kind != PartKind.Memory)
            {
                throw new MigrationException(MigrationError.ProtocolViolation, $"{stream.Peer} sent zeros for part {range.Part}, which is no memory");
            }

            await WaitForSkeletonAsync(cancellationToken);
            target.WriteZeros(range.Part, range.Offset, range.LengthBytes);
            window.WrittenBytes += range.LengthBytes;
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

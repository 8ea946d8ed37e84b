namespace QuicWasm.Migration;

/// <summary>
/// One stream of a pager's connection: what was asked over it comes back in that order. What is touched and what comes ahead have a lane
/// each, so that the one never stands behind the other.
/// </summary>
internal sealed class PagerLane(GranuleStream stream, GranulePlan plan, bool isAhead) : IAsyncDisposable
{
    private readonly Queue<(GranuleRun Run, ulong RequestId)> _underWay = [];
    private readonly List<PartPiece> _pieces = [];
    private ulong _lastRequestId;

    // Where the memory node is near, an answer comes before a thread that sleeps would have been woken.
    private static TimeSpan Spin => TimeSpan.FromMicroseconds(50);

    /// <summary>Whether it is the lane of what comes ahead of its first touch.</summary>
    public bool IsAhead => isAhead;

    /// <summary>Whether somebody asks over it just now. Under the session's lock.</summary>
    public bool IsPumping { get; set; }

    /// <summary>Pages of memories that have come in part, by part.</summary>
    public Dictionary<int, PageAssembly> Pages { get; } = [];

    /// <summary>Bytes of other parts of the granule that is coming: they are handed on when it is complete.</summary>
    public List<PartPiece> Pieces => _pieces;

    /// <summary>A run is about to be asked for, and will come after those before.</summary>
    public void Expect(GranuleRun run)
    {
        lock (_underWay)
        {
            _underWay.Enqueue((run, ++_lastRequestId));
        }
    }

    /// <summary>Asks for the run that was expected last. One caller at a time.</summary>
    public async ValueTask RequestAsync(GranuleRun run, CancellationToken cancellationToken) => await stream.RequestAsync(run, 0, 0, cancellationToken);

    /// <summary>What was asked for and is not here completely; nobody asks or receives any more.</summary>
    public GranuleRun[] UnderWay()
    {
        lock (_underWay)
        {
            return [.. _underWay.Select(static u => u.Run)];
        }
    }

    /// <summary>Receives what was asked for, until the connection ends.</summary>
    /// <param name="piece">Takes a piece: granule, offset in it.</param>
    /// <param name="arrived">A granule is complete: how long the memory node took to read it, in nanoseconds.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="MigrationException">The memory node is gone, or sent something wrong.</exception>
    public async Task ReceiveAsync(Action<PagerLane, int, ulong, GranulePiece> piece, Action<PagerLane, int, long> arrived, CancellationToken cancellationToken)
    {
        if (!isAhead && stream.TryDedicate(Spin))
        {
            await new ThreadOfItsOwn("pages");
        }

        ByteClass byteClass = isAhead ? ByteClass.Prefetched : ByteClass.Demanded;
        while (true)
        {
            await stream.WaitAsync(cancellationToken);
            (GranuleRun run, ulong requestId) = Due();
            GranulePiece next = default;
            for (int granule = run.First; granule < run.End; granule++)
            {
                ulong length = plan.LengthOf(granule);
                long readNs = 0;
                for (ulong offset = 0; offset < length;)
                {
                    if (next.LengthBytes == 0)
                    {
                        next = await stream.ReceiveAsync(run.From(granule), offset, requestId, byteClass, cancellationToken);
                        readNs += next.ReadNs;
                    }

                    (GranulePiece ofThis, next) = next.SplitAt(length - offset);
                    piece(this, granule, offset, ofThis);
                    offset += ofThis.LengthBytes;
                }

                arrived(this, granule, readNs);
            }

            lock (_underWay)
            {
                _underWay.Dequeue();
            }
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private (GranuleRun Run, ulong RequestId) Due()
    {
        lock (_underWay)
        {
            return _underWay.TryPeek(out (GranuleRun, ulong) due)
                ? due
                : throw new MigrationException(MigrationError.ProtocolViolation, $"{stream.Peer} sent what nobody asked for");
        }
    }
}

/// <summary>Bytes of a part that is no memory.</summary>
internal readonly record struct PartPiece(int Part, ulong Offset, byte[] Bytes);

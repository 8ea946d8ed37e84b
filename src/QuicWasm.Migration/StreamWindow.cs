namespace QuicWasm.Migration;

/// <summary>What one stream has asked for and not received yet, in the order in which it is due.</summary>
internal sealed class StreamWindow(MigrationRequest request)
{
    // A request asks for a part of the window at most, so that the next one leaves long before the window is empty.
    private const int RequestsPerWindow = 4;

    private readonly Queue<(GranuleRun Run, ulong RequestId)> _requests = [];
    private readonly int _batchGranules = Math.Max(1, request.WindowGranules / RequestsPerWindow);
    private readonly long _batchBytes = Math.Max(1, request.WindowBytes / RequestsPerWindow);
    private int _received;

    /// <summary>Granules in flight.</summary>
    public int Granules { get; private set; }

    /// <summary>Bytes in flight.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes the next run, where the window has room for one. A granule that is longer than the window goes alone.</summary>
    public bool TryTake(RunCursor cursor, out GranuleRun run)
    {
        int roomGranules = request.WindowGranules - Granules;
        long roomBytes = request.WindowBytes - Bytes;
        if (Granules > 0 && (roomGranules < _batchGranules || roomBytes < _batchBytes))
        {
            run = default;
            return false;
        }

        ulong room = Granules == 0 ? ulong.MaxValue : (ulong)roomBytes;
        bool taken = cursor.TryRequest(Math.Min(_batchGranules, roomGranules), (ulong)_batchBytes, room, out run, out ulong bytes);
        Granules += run.Count;
        Bytes += (long)bytes;
        return taken;
    }

    /// <summary>The run that was taken is about to be asked for.</summary>
    public void Add(GranuleRun run, ulong requestId) => _requests.Enqueue((run, requestId));

    /// <summary>What of the first request is due, and the request.</summary>
    public bool TryDue(out GranuleRun due, out ulong requestId)
    {
        bool isDue = _requests.TryPeek(out (GranuleRun Run, ulong RequestId) first);
        due = first.Run.From(first.Run.First + _received);
        requestId = first.RequestId;
        return isDue;
    }

    /// <summary>How many bytes of the granule that is due have come.</summary>
    public ulong ReceivedBytes { get; set; }

    /// <summary>The connection is lost: what is not here is to be asked for again.</summary>
    public void Abandon(GranuleLedger ledger)
    {
        if (ReceivedBytes > 0 && TryDue(out GranuleRun due, out _))
        {
            ledger.KeepPart(due.First, ReceivedBytes);
        }

        foreach ((GranuleRun run, _) in _requests)
        {
            ledger.AskAgain(run);
        }
    }

    /// <summary>The granule that was due is here.</summary>
    public void Arrived(ulong bytes)
    {
        ReceivedBytes -= bytes;
        Granules--;
        Bytes -= (long)bytes;
        if (++_received == _requests.Peek().Run.Count)
        {
            _requests.Dequeue();
            _received = 0;
        }
    }
}

namespace QuicWasm.Migration;

/// <summary>
/// What of an image is still to be asked for, in which order, and what is here. There are two kinds, each in its own order: what is
/// demanded, and what comes ahead, of which some is wanted soon and the rest later. Not for several threads at once.
/// </summary>
internal sealed class GranuleQueue
{
    private const int BatchGranules = 256;
    private const ulong DemandedBatchBytes = 1 << 20;
    private const ulong AheadBatchBytes = 64 << 10;

    private readonly GranulePlan _plan;
    private readonly GranuleSet _sent;
    private readonly GranuleSet _arrived;
    private readonly LinkedList<GranuleRun> _demanded = [];
    private readonly LinkedList<GranuleRun> _soon = [];
    private readonly LinkedList<GranuleRun> _later = [];
    private ulong _demandedUnderWay;
    private ulong _aheadUnderWay;

    /// <param name="plan">The image's granules.</param>
    /// <param name="arrivedCount">So many, from the first on, are here already.</param>
    public GranuleQueue(GranulePlan plan, int arrivedCount)
    {
        _plan = plan;
        _sent = new GranuleSet(plan);
        _arrived = new GranuleSet(plan);
        for (int granule = 0; granule < arrivedCount; granule++)
        {
            _sent.Add(granule);
            _arrived.Add(granule);
        }

        Missing = plan.GranuleCount - arrivedCount;
    }

    /// <summary>How many granules are not here.</summary>
    public int Missing { get; private set; }

    /// <summary>Whether everything is here.</summary>
    public bool IsComplete => Missing == 0;

    /// <summary>Whether somebody waits for something that is not here.</summary>
    public bool IsWaiting => _demanded.Count > 0 || _soon.Count > 0 || _later.Count > 0 || _demandedUnderWay > 0 || _aheadUnderWay > 0;

    /// <summary>Whether a granule is here.</summary>
    public bool HasArrived(int granule) => _arrived.Contains(granule);

    /// <summary>Whether a granule has been asked for, or is here.</summary>
    public bool IsSent(int granule) => _sent.Contains(granule);

    /// <summary>Whether all granules of a run are here.</summary>
    public bool HasArrived(GranuleRun run)
    {
        for (int granule = run.First; granule < run.End; granule++)
        {
            if (!_arrived.Contains(granule))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Somebody needs a run now.</summary>
    public void Demand(GranuleRun run) => _demanded.AddLast(run);

    /// <summary>A run is likely to be needed.</summary>
    public void Want(GranuleRun run) => _soon.AddLast(run);

    /// <summary>A run is to come when nothing else is wanted.</summary>
    public void WantLater(GranuleRun run) => _later.AddLast(run);

    /// <summary>The next granules to demand, which count as under way from now on.</summary>
    public bool TryNextDemanded(out GranuleRun run, out ulong bytes)
    {
        bool taken = TryTake(_demanded, DemandedBatchBytes, out run, out bytes);
        _demandedUnderWay += bytes;
        return taken;
    }

    /// <summary>The next granules to ask for ahead, while less than so many bytes are under way.</summary>
    public bool TryNextAhead(ulong windowBytes, out GranuleRun run, out ulong bytes)
    {
        (run, bytes) = (default, 0);
        bool taken = _aheadUnderWay < windowBytes
            && (TryTake(_soon, AheadBatchBytes, out run, out bytes) || TryTake(_later, AheadBatchBytes, out run, out bytes));
        _aheadUnderWay += bytes;
        return taken;
    }

    /// <summary>A granule is here.</summary>
    /// <param name="granule">The granule.</param>
    /// <param name="isAhead">Whether it was asked for ahead.</param>
    public void Arrived(int granule, bool isAhead)
    {
        if (!_arrived.Contains(granule))
        {
            _arrived.Add(granule);
            Missing--;
            (isAhead ? ref _aheadUnderWay : ref _demandedUnderWay) -= _plan.LengthOf(granule);
        }
    }

    /// <summary>The connection is gone: what was under way is asked for again, first of all.</summary>
    public void AskAgain(IEnumerable<GranuleRun> demanded, IEnumerable<GranuleRun> ahead)
    {
        AskAgain(_demanded, demanded);
        AskAgain(_soon, ahead);
        _demandedUnderWay = 0;
        _aheadUnderWay = 0;
    }

    private void AskAgain(LinkedList<GranuleRun> queue, IEnumerable<GranuleRun> underWay)
    {
        foreach (GranuleRun run in underWay.Reverse())
        {
            for (int granule = run.First; granule < run.End; granule++)
            {
                if (!_arrived.Contains(granule))
                {
                    _sent.Remove(granule);
                }
            }

            queue.AddFirst(run);
        }
    }

    private bool TryTake(LinkedList<GranuleRun> from, ulong batchBytes, out GranuleRun run, out ulong bytes)
    {
        while (from.First is { } node)
        {
            from.RemoveFirst();
            int first = node.Value.First, end = node.Value.End;
            while (first < end && _sent.Contains(first))
            {
                first++;
            }

            int next = first;
            bytes = 0;
            while (next < end && next - first < BatchGranules && !_sent.Contains(next) && (next == first || bytes + _plan.LengthOf(next) <= batchBytes))
            {
                bytes += _plan.LengthOf(next);
                _sent.Add(next++);
            }

            if (next < end)
            {
                from.AddFirst(new GranuleRun(next, end - next));
            }

            if (next > first)
            {
                run = new GranuleRun(first, next - first);
                return true;
            }
        }

        (run, bytes) = (default, 0);
        return false;
    }
}

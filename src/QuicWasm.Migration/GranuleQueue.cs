namespace QuicWasm.Migration;

/// <summary>
/// What of an image is still to be asked for, in which order, and what is here. What is demanded goes first; what is wanted only later fills
/// the wire while little is under way. Not for several threads at once.
/// </summary>
internal sealed class GranuleQueue
{
    private const int BatchGranules = 256;
    private const ulong BatchBytes = 1 << 20;
    private const ulong LaterWindowBytes = 1 << 20;

    private readonly GranulePlan _plan;
    private readonly ulong[] _sent;
    private readonly ulong[] _arrived;
    private readonly LinkedList<GranuleRun> _demanded = [];
    private readonly LinkedList<GranuleRun> _later = [];
    private int _missing;
    private ulong _bytesUnderWay;

    /// <param name="plan">The image's granules.</param>
    /// <param name="arrivedCount">So many, from the first on, are here already.</param>
    public GranuleQueue(GranulePlan plan, int arrivedCount)
    {
        _plan = plan;
        _sent = new ulong[(plan.GranuleCount + 63) / 64];
        _arrived = new ulong[(plan.GranuleCount + 63) / 64];
        for (int granule = 0; granule < arrivedCount; granule++)
        {
            Set(_sent, granule);
            Set(_arrived, granule);
        }

        _missing = plan.GranuleCount - arrivedCount;
    }

    /// <summary>Whether everything is here.</summary>
    public bool IsComplete => _missing == 0;

    /// <summary>Whether somebody waits for something that is not here.</summary>
    public bool IsWaiting => _demanded.Count > 0 || _later.Count > 0 || _bytesUnderWay > 0;

    /// <summary>Whether a granule is here.</summary>
    public bool HasArrived(int granule) => Has(_arrived, granule);

    /// <summary>Whether all granules of a run are here.</summary>
    public bool HasArrived(GranuleRun run)
    {
        for (int granule = run.First; granule < run.End; granule++)
        {
            if (!Has(_arrived, granule))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Somebody needs a run now.</summary>
    public void Demand(GranuleRun run) => _demanded.AddLast(run);

    /// <summary>Somebody needs a run, but not before what is demanded.</summary>
    public void Want(GranuleRun run) => _later.AddLast(run);

    /// <summary>The next granules to ask for, which count as under way from now on.</summary>
    public bool TryNext(out GranuleRun run) =>
        TryTake(_demanded, out run) || (_bytesUnderWay < LaterWindowBytes && TryTake(_later, out run));

    /// <summary>A granule is here.</summary>
    public void Arrived(int granule)
    {
        if (!Has(_arrived, granule))
        {
            Set(_arrived, granule);
            _missing--;
            _bytesUnderWay -= _plan.LengthOf(granule);
        }
    }

    /// <summary>The connection is gone: what was under way is asked for again, first of all.</summary>
    public void AskAgain(IEnumerable<GranuleRun> underWay)
    {
        foreach (GranuleRun run in underWay.Reverse())
        {
            for (int granule = run.First; granule < run.End; granule++)
            {
                if (!Has(_arrived, granule))
                {
                    Clear(_sent, granule);
                }
            }

            _demanded.AddFirst(run);
        }

        _bytesUnderWay = 0;
    }

    private bool TryTake(LinkedList<GranuleRun> from, out GranuleRun run)
    {
        while (from.First is { } node)
        {
            from.RemoveFirst();
            int first = node.Value.First, end = node.Value.End;
            while (first < end && Has(_sent, first))
            {
                first++;
            }

            int next = first;
            ulong bytes = 0;
            while (next < end && next - first < BatchGranules && !Has(_sent, next) && (next == first || bytes + _plan.LengthOf(next) <= BatchBytes))
            {
                bytes += _plan.LengthOf(next);
                Set(_sent, next++);
            }

            if (next < end)
            {
                from.AddFirst(new GranuleRun(next, end - next));
            }

            if (next > first)
            {
                _bytesUnderWay += bytes;
                run = new GranuleRun(first, next - first);
                return true;
            }
        }

        run = default;
        return false;
    }

    private static bool Has(ulong[] bits, int index) => (bits[index >> 6] & (1UL << (index & 63))) != 0;

    private static void Set(ulong[] bits, int index) => bits[index >> 6] |= 1UL << (index & 63);

    private static void Clear(ulong[] bits, int index) => bits[index >> 6] &= ~(1UL << (index & 63));
}

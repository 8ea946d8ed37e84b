namespace QuicWasm.Migration;

/// <summary>
/// Which granules an image has. The parts are laid end to end in an order of the granularity's choice, the skeleton first; a granule is a
/// stretch of that line, and ids go up along it. So a plan is the order and a few cuts ("every n bytes from here"): its size depends on the
/// number of parts, never on the number of granules. Ids from 0 to <see cref="RequiredCount"/> come before the first instruction.
/// </summary>
public sealed class GranulePlan
{
    private readonly int[] _order;
    private readonly int[] _places;
    private readonly ulong[] _starts;
    private readonly GranuleCut[] _cuts;

    internal GranulePlan(int[] order, ulong[] starts, GranuleCut[] cuts, int granuleCount, int requiredCount, ulong skeletonBytes)
    {
        _order = order;
        _starts = starts;
        _cuts = cuts;
        _places = new int[order.Length];
        for (int place = 0; place < order.Length; place++)
        {
            _places[order[place]] = place;
        }

        GranuleCount = granuleCount;
        RequiredCount = requiredCount;
        SkeletonBytes = skeletonBytes;
    }

    /// <summary>How many granules there are; ids are dense, from 0.</summary>
    public int GranuleCount { get; }

    /// <summary>How many granules, from id 0, must arrive before the first instruction.</summary>
    public int RequiredCount { get; }

    /// <summary>Length of the skeleton parts, which are the first bytes of the first granule.</summary>
    public ulong SkeletonBytes { get; }

    /// <summary>Length of the whole image in bytes.</summary>
    public ulong LengthBytes => _starts[^1];

    /// <summary>Length of a granule in bytes; never 0.</summary>
    public ulong LengthOf(int granule) => LengthOf(new GranuleRun(granule, 1));

    /// <summary>Length of granules that follow each other in bytes.</summary>
    public ulong LengthOf(GranuleRun run) => run.Count == 0 ? 0 : Stretch(run.End - 1).End - Stretch(run.First).Start;

    /// <summary>The granule that holds a byte of a part.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such part or byte.</exception>
    public int GranuleOf(int part, ulong offset) => GranulesOf(part, offset, 1).First;

    /// <summary>The granules that hold a range of a part; none where the range is empty.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such part, or the range is outside of it.</exception>
    public GranuleRun GranulesOf(int part, ulong offset, ulong lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)part, (uint)_places.Length);
        ulong start = _starts[_places[part]];
        ulong partBytes = _starts[_places[part] + 1] - start;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, partBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lengthBytes, partBytes - offset);
        if (lengthBytes == 0)
        {
            return new GranuleRun(0, 0);
        }

        int first = GranuleAt(start + offset);
        return new GranuleRun(first, GranuleAt(start + offset + lengthBytes - 1) - first + 1);
    }

    /// <summary>The bytes of a granule, in the order in which they travel.</summary>
    public PartRangeSequence RangesOf(int granule) => RangesOf(granule, 0, LengthOf(granule));

    /// <summary>Some bytes of a granule, in the order in which they travel.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is outside of the granule.</exception>
    public PartRangeSequence RangesOf(int granule, ulong offset, ulong lengthBytes) => RangesOf(new GranuleRun(granule, 1), offset, lengthBytes);

    /// <summary>Some bytes of granules that follow each other, in the order in which they travel; the offset counts from the first one's beginning.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is outside of the granules.</exception>
    internal PartRangeSequence RangesOf(GranuleRun run, ulong offset, ulong lengthBytes)
    {
        ulong length = LengthOf(run);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lengthBytes, length - offset);
        ulong start = Stretch(run.First).Start + offset;
        return new PartRangeSequence(_order, _starts, start, start + lengthBytes);
    }

    /// <summary>Where an offset from the beginning of a granule lies that may be in one that follows it: the granule, and the offset there.</summary>
    internal (int Granule, ulong Offset) Locate(int granule, ulong offset)
    {
        ulong position = Stretch(granule).Start + offset;
        int found = GranuleAt(position);
        return (found, position - Stretch(found).Start);
    }

    /// <summary>Whether a granule ends at an offset from the beginning of a run.</summary>
    internal bool EndsGranule(GranuleRun run, ulong offset) => offset == LengthOf(run) || Locate(run.First, offset).Offset == 0;

    /// <summary>The part of that number belongs to the skeleton.</summary>
    internal bool IsSkeleton(int part) => _starts[_places[part]] < SkeletonBytes;

    private (ulong Start, ulong End) Stretch(int granule)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)granule, (uint)GranuleCount);
        int low = 0;
        int high = _cuts.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (_cuts[middle].FirstGranule <= granule)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        GranuleCut cut = _cuts[low];
        ulong start = cut.Start + ((ulong)(granule - cut.FirstGranule) * cut.EveryBytes);
        ulong cutEnd = low + 1 < _cuts.Length ? _cuts[low + 1].Start : LengthBytes;
        return (start, Math.Min(cutEnd, start + cut.EveryBytes));
    }

    private int GranuleAt(ulong position)
    {
        int low = 0;
        int high = _cuts.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (_cuts[middle].Start <= position)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return _cuts[low].FirstGranule + (int)((position - _cuts[low].Start) / _cuts[low].EveryBytes);
    }
}

/// <summary>From <paramref name="Start"/> to the next cut's start there is a granule every so many bytes.</summary>
internal readonly record struct GranuleCut(ulong Start, ulong EveryBytes, int FirstGranule);

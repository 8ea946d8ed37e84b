using System.Collections.Immutable;

namespace QuicWasm.Migration;

/// <summary>Some granules of an image. Not for several threads at once.</summary>
internal sealed class GranuleSet(GranulePlan plan)
{
    private readonly ulong[] _bits = new ulong[(plan.GranuleCount + 63) / 64];

    /// <summary>Whether a granule is among them.</summary>
    public bool Contains(int granule) => (_bits[granule >> 6] & (1UL << (granule & 63))) != 0;

    /// <summary>Adds a granule.</summary>
    public void Add(int granule) => _bits[granule >> 6] |= 1UL << (granule & 63);

    /// <summary>Takes a granule out.</summary>
    public void Remove(int granule) => _bits[granule >> 6] &= ~(1UL << (granule & 63));

    /// <summary>As it is now, for another thread.</summary>
    public GranuleSet Copy()
    {
        GranuleSet copy = new(plan);
        _bits.CopyTo(copy._bits, 0);
        return copy;
    }

    /// <summary>The bytes of the granules, as few ranges as there can be, in the order of the plan.</summary>
    /// <param name="most">No more ranges than that: those that are closest to each other are joined, with what is between them.</param>
    public ImmutableArray<PartRange> Ranges(int most = int.MaxValue)
    {
        List<PartRange> ranges = [];
        for (int word = 0; word < _bits.Length; word++)
        {
            for (ulong left = _bits[word]; left != 0; left &= left - 1)
            {
                foreach (PartRange range in plan.RangesOf((word << 6) + System.Numerics.BitOperations.TrailingZeroCount(left)))
                {
                    Append(ranges, range, 0);
                }
            }
        }

        for (ulong gap = 4096; ranges.Count > most; gap *= 2)
        {
            List<PartRange> joined = [];
            ranges.ForEach(range => Append(joined, range, gap));
            if (joined.Count == ranges.Count && gap > 1UL << 40)
            {
                // They are of different parts, and cannot be joined: what comes first counts.
                return [.. ranges.Take(most)];
            }

            ranges = joined;
        }

        return [.. ranges];
    }

    private static void Append(List<PartRange> ranges, PartRange range, ulong gap)
    {
        if (ranges.Count > 0 && ranges[^1] is var last && last.Part == range.Part && range.Offset >= last.Offset + last.LengthBytes
            && range.Offset - (last.Offset + last.LengthBytes) <= gap)
        {
            ranges[^1] = last with { LengthBytes = range.Offset + range.LengthBytes - last.Offset };
            return;
        }

        ranges.Add(range);
    }
}

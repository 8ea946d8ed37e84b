namespace QuicWasm.State;

/// <summary>
/// Which bytes of a part have been received: a bit for each whole page of 4 KiB, and ranges within the pages of which only some
/// bytes are there.
/// </summary>
internal sealed class ReceivedRanges(ulong lengthBytes)
{
    private const ulong PageBytes = 4096;

    private readonly ulong[] _wholePages = new ulong[((lengthBytes + PageBytes - 1) / PageBytes + 63) / 64];
    private readonly Dictionary<ulong, List<(int Start, int End)>> _partPages = [];

    /// <summary>Adds a range that is inside of the part; false where some of it was there already.</summary>
    public bool TryAdd(ulong offset, ulong length)
    {
        ulong end = offset + length;
        while (offset < end)
        {
            ulong page = offset / PageBytes;
            ulong next = Math.Min(end, (page + 1) * PageBytes);
            if (!TryAddInPage(page, (int)(offset - page * PageBytes), (int)(next - page * PageBytes)))
            {
                return false;
            }

            offset = next;
        }

        return true;
    }

    /// <summary>The first stretch of bytes between an offset and an end that are not there; of length 0 where all are.</summary>
    public (ulong Offset, ulong Length) FirstMissing(ulong offset, ulong end)
    {
        ulong start = Skip(offset, end, isHere: true);
        return (start, Skip(start, end, isHere: false) - start);
    }

    /// <summary>Goes on from an offset while the bytes are there, or while they are not.</summary>
    private ulong Skip(ulong offset, ulong end, bool isHere)
    {
        while (offset < end)
        {
            (bool isStretchHere, ulong stretchEnd) = StretchAt(offset);
            if (isStretchHere != isHere)
            {
                break;
            }

            offset = Math.Min(end, stretchEnd);
        }

        return offset;
    }

    /// <summary>Whether the byte at an offset is there, and up to where in its page the next ones are alike.</summary>
    private (bool IsHere, ulong End) StretchAt(ulong offset)
    {
        ulong page = offset / PageBytes;
        ulong pageOffset = page * PageBytes;
        int place = (int)(offset - pageOffset);
        if (IsWhole(page) || !_partPages.TryGetValue(page, out List<(int Start, int End)>? ranges))
        {
            return (IsWhole(page), pageOffset + PageBytes);
        }

        foreach ((int start, int end) in ranges)
        {
            if (place < end)
            {
                return place < start ? (false, pageOffset + (ulong)start) : (true, pageOffset + (ulong)end);
            }
        }

        return (false, pageOffset + PageBytes);
    }

    private bool IsWhole(ulong page) => (_wholePages[page / 64] >> (int)(page % 64) & 1) != 0;

    private bool TryAddInPage(ulong page, int start, int end)
    {
        if (IsWhole(page))
        {
            return false;
        }

        int pageLength = (int)Math.Min(PageBytes, lengthBytes - page * PageBytes);
        if (end - start < pageLength && !TryAddRange(page, ref start, ref end))
        {
            return false;
        }

        if (end - start == pageLength)
        {
            // A page that arrives whole must not have had a part before; one that has become whole has one entry left.
            if (_partPages.TryGetValue(page, out List<(int Start, int End)>? ranges) && ranges[0] != (start, end))
            {
                return false;
            }

            _partPages.Remove(page);
            _wholePages[page / 64] |= 1UL << (int)(page % 64);
        }

        return true;
    }

    /// <summary>Adds a range to those of a page, joined with its neighbours, and gives what it was joined to.</summary>
    private bool TryAddRange(ulong page, ref int start, ref int end)
    {
        if (!_partPages.TryGetValue(page, out List<(int Start, int End)>? ranges))
        {
            _partPages.Add(page, ranges = []);
        }

        int index = 0;
        while (index < ranges.Count && ranges[index].End <= start)
        {
            index++;
        }

        if (index < ranges.Count && ranges[index].Start < end)
        {
            return false;
        }

        if (index < ranges.Count && ranges[index].Start == end)
        {
            end = ranges[index].End;
            ranges.RemoveAt(index);
        }

        if (index > 0 && ranges[index - 1].End == start)
        {
            start = ranges[index - 1].Start;
            ranges.RemoveAt(--index);
        }

        ranges.Insert(index, (start, end));
        return true;
    }
}

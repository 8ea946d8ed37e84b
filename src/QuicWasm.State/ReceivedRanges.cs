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

    /// <summary>Whether every byte of the range is there.</summary>
    public bool Contains(ulong offset, ulong length)
    {
        ulong end = offset + length;
        while (offset < end)
        {
            ulong page = offset / PageBytes;
            ulong next = Math.Min(end, (page + 1) * PageBytes);
            if (!IsWhole(page) && !ContainsInPage(page, (int)(offset - page * PageBytes), (int)(next - page * PageBytes)))
            {
                return false;
            }

            offset = next;
        }

        return true;
    }

    private bool IsWhole(ulong page) => (_wholePages[page / 64] >> (int)(page % 64) & 1) != 0;

    private bool ContainsInPage(ulong page, int start, int end) =>
        _partPages.TryGetValue(page, out List<(int Start, int End)>? ranges) && ranges.Exists(r => r.Start <= start && end <= r.End);

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

using System.Collections.Immutable;

namespace QuicWasm.State;

/// <summary>Which pages of a memory an image file stores: runs of stored pages, in order, that do not touch each other. All others are zero.</summary>
internal sealed class PageRuns(ImmutableArray<(ulong FirstPage, ulong PageCount)> runs)
{
    /// <summary>The number of bytes stored.</summary>
    public ulong StoredBytes
    {
        get
        {
            ulong pages = 0;
            foreach ((_, ulong count) in runs)
            {
                pages += count;
            }

            return pages * ZeroPages.PageBytes;
        }
    }

    /// <summary>Decodes the runs of a memory: their number, then for each the zero pages before it and its own pages.</summary>
    public static PageRuns Read(ref ImageReader reader, ulong memoryBytes)
    {
        ulong pages = memoryBytes / ZeroPages.PageBytes;
        var runs = new (ulong, ulong)[reader.Count(2)];
        ulong next = 0;
        for (int i = 0; i < runs.Length; i++)
        {
            ulong gap = reader.Varint();
            ulong count = reader.Varint();
            if (gap > pages - next || count > pages - next - gap || count == 0 || (gap == 0 && i > 0))
            {
                throw reader.Corrupt($"a run of {count} pages after {gap} zero pages, where {pages - next} pages are left");
            }

            runs[i] = (next + gap, count);
            next += gap + count;
        }

        return new PageRuns([.. runs]);
    }

    public void Write(ImageWriter writer)
    {
        writer.Number(runs.Length);
        ulong next = 0;
        foreach ((ulong first, ulong count) in runs)
        {
            writer.Varint(first - next);
            writer.Varint(count);
            next = first + count;
        }
    }

    /// <summary>The stretch of stored or of zero bytes that an offset is in: whether it is stored, and where it ends.</summary>
    public (bool IsStored, ulong EndOffset) StretchAt(ulong offset, ulong memoryBytes)
    {
        ulong page = offset / ZeroPages.PageBytes;
        int low = 0;
        int high = runs.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (runs[middle].FirstPage + runs[middle].PageCount <= page)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        if (low == runs.Length)
        {
            return (false, memoryBytes);
        }

        (ulong first, ulong count) = runs[low];
        return page < first ? (false, first * ZeroPages.PageBytes) : (true, (first + count) * ZeroPages.PageBytes);
    }
}

using QuicWasm.Native;

namespace QuicWasm.Migration;

/// <summary>Which pages of an image's memories programs of this process have touched: those that are in their page tables. Any thread may ask.</summary>
internal sealed class TouchedPages(bool counts)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, (int Part, ulong LengthBytes)> _views = [];
    private readonly HashSet<(int Part, ulong Page)> _touched = [];

    /// <summary>A view is there.</summary>
    public void Add(int part, ulong address, ulong lengthBytes)
    {
        lock (_lock)
        {
            _views[address] = (part, lengthBytes);
        }
    }

    /// <summary>A view goes: what was touched there is counted.</summary>
    public void Remove(ulong address)
    {
        lock (_lock)
        {
            if (_views.Remove(address, out (int Part, ulong LengthBytes) view))
            {
                Scan(address, view.Part, view.LengthBytes);
            }
        }
    }

    /// <summary>Counts what was touched in the views that are there.</summary>
    public void ScanAll()
    {
        lock (_lock)
        {
            foreach ((ulong address, (int part, ulong lengthBytes)) in _views)
            {
                Scan(address, part, lengthBytes);
            }
        }
    }

    /// <summary>How many bytes of ranges were touched, and how many not, by pages.</summary>
    public (ulong Used, ulong Wasted) UsageOf(IEnumerable<PartRange> ranges)
    {
        lock (_lock)
        {
            ulong used = 0, all = 0;
            foreach (PartRange range in ranges)
            {
                for (ulong page = range.Offset / AddressRange.PageBytes; page * AddressRange.PageBytes < range.Offset + range.LengthBytes; page++)
                {
                    all++;
                    used += _touched.Contains((range.Part, page)) ? 1UL : 0;
                }
            }

            return (used * AddressRange.PageBytes, (all - used) * AddressRange.PageBytes);
        }
    }

    private void Scan(ulong address, int part, ulong lengthBytes)
    {
        if (!counts)
        {
            return;
        }

        using PagemapScan scan = new();
        foreach ((ulong found, ulong length) in scan.Find(address, lengthBytes, PageCategories.Present))
        {
            for (ulong offset = found - address; offset < found - address + length; offset += AddressRange.PageBytes)
            {
                _touched.Add((part, offset / AddressRange.PageBytes));
            }
        }
    }
}

namespace QuicWasm.Migration;

/// <summary>Which addresses of the running node's process belong to which memory of which image. Any thread may ask.</summary>
internal sealed class PagerViews
{
    private readonly Lock _lock = new();
    private readonly SortedList<ulong, (PagerSession Session, int Part)> _views = [];

    /// <summary>Adds a view.</summary>
    public void Add(ulong address, PagerSession session, int part)
    {
        lock (_lock)
        {
            _views[address] = (session, part);
        }
    }

    /// <summary>Takes a view away, and gives what it was.</summary>
    public bool Remove(ulong address, out PagerSession session, out int part)
    {
        lock (_lock)
        {
            bool wasThere = _views.Remove(address, out (PagerSession Session, int Part) view);
            (session, part) = view;
            return wasThere;
        }
    }

    /// <summary>The view that an address is in: the last that begins at or before it.</summary>
    public bool TryFind(ulong address, out ulong begin, out PagerSession session, out int part)
    {
        lock (_lock)
        {
            int low = 0;
            int high = _views.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (_views.GetKeyAtIndex(middle) <= address)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            begin = low > 0 ? _views.GetKeyAtIndex(low - 1) : 0;
            (session, part) = low > 0 ? _views.GetValueAtIndex(low - 1) : default;
            return low > 0;
        }
    }
}

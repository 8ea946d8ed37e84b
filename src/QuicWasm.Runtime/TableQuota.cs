namespace QuicWasm.Runtime;

/// <summary>How many elements the tables of one runtime hold together, and may hold: each takes memory of this process at once.</summary>
internal sealed class TableQuota(ulong limit)
{
    private ulong _taken;

    /// <summary>Takes elements, if so many are left.</summary>
    public bool TryTake(ulong count)
    {
        if (count > limit - _taken)
        {
            return false;
        }

        _taken += count;
        return true;
    }

    /// <summary>Gives back what was taken.</summary>
    public void Give(ulong count) => _taken -= count;
}

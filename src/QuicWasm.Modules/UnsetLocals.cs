using System.Collections;

namespace QuicWasm.Modules;

/// <summary>
/// Locals of types without null that have not been set yet (spec: valid/instructions, local types). What a block sets counts as set
/// until the block ends.
/// </summary>
internal sealed class UnsetLocals(int localCount)
{
    private readonly BitArray _unset = new(localCount);
    private readonly Stack<int> _set = new();

    /// <summary>How many locals have been set: a mark to fall back to.</summary>
    public int Mark => _set.Count;

    /// <summary>Whether a local has not been set.</summary>
    public bool Contains(int local) => _unset[local];

    /// <summary>Adds a local that must be set before it is read.</summary>
    public void Add(int local) => _unset[local] = true;

    /// <summary>Notes that a local is set.</summary>
    public void Remove(int local)
    {
        if (_unset[local])
        {
            _unset[local] = false;
            _set.Push(local);
        }
    }

    /// <summary>Forgets what was set since a mark.</summary>
    public void FallBack(int mark)
    {
        while (_set.Count > mark)
        {
            _unset[_set.Pop()] = true;
        }
    }
}

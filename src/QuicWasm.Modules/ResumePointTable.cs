using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace QuicWasm.Modules;

/// <summary>The resume points of one function, in the order of their pcs.</summary>
public sealed class ResumePointTable
{
    private readonly int[] _pcs;
    private readonly ResumePointEntry[] _entries;
    private readonly OperandNode[] _nodes;

    internal ResumePointTable(int[] pcs, ResumePointEntry[] entries, OperandNode[] nodes)
    {
        _pcs = pcs;
        _entries = entries;
        _nodes = nodes;
    }

    /// <summary>How many there are.</summary>
    public int Count => _pcs.Length;

    /// <summary>The resume point with this number, from 0.</summary>
    public ResumePoint this[int index]
    {
        get
        {
            ResumePointEntry entry = _entries[index];
            var types = new ValueType[entry.Depth];
            int node = entry.Node;
            for (int i = types.Length - 1; i >= 0; i--)
            {
                types[i] = _nodes[node].Type;
                node = _nodes[node].Below;
            }

            ImmutableArray<ValueType> stack = ImmutableCollectionsMarshal.AsImmutableArray(types);
            return new ResumePoint(_pcs[index], entry.Kinds, stack, entry.ResultCount);
        }
    }

    /// <summary>The number of the resume point at a pc, or -1 where execution cannot be resumed there.</summary>
    public int IndexOf(int pc) => Math.Max(-1, Array.BinarySearch(_pcs, pc));

    /// <summary>The resume point at a pc, or null where execution cannot be resumed there.</summary>
    public ResumePoint? Find(int pc)
    {
        int index = IndexOf(pc);
        return index < 0 ? null : this[index];
    }
}

namespace QuicWasm.Modules;

/// <summary>A resume point, with its stack as the node of the topmost operand.</summary>
internal readonly record struct ResumePointEntry(ResumePointKinds Kinds, int Node, int Depth, int ResultCount);

/// <summary>An operand, and the node of the one below it.</summary>
internal readonly record struct OperandNode(int Below, ValueType Type);

/// <summary>
/// Collects resume points while a body is walked. Stacks share what they have in common, as nodes that point downwards: a hostile
/// function may have a deep stack and very many calls.
/// </summary>
internal sealed class ResumePointRecorder
{
    private const int NodeLimit = 1 << 24;
    private readonly List<int> _pcs = [];
    private readonly List<ResumePointEntry> _entries = [];
    private readonly List<OperandNode> _nodes = [];
    private ValueType[] _lastStack = new ValueType[64];
    private int[] _lastNodes = new int[64];
    private int _lastDepth;

    /// <summary>Adds a point. Pcs do not decrease; the same pc again has the same stack.</summary>
    public void Add(int pc, ResumePointKinds kinds, ReadOnlySpan<ValueType> stack, int resultCount = 0)
    {
        int last = _pcs.Count - 1;
        if (last >= 0 && _pcs[last] == pc)
        {
            ResumePointEntry entry = _entries[last];
            _entries[last] = entry with { Kinds = entry.Kinds | kinds, ResultCount = Math.Max(entry.ResultCount, resultCount) };
            return;
        }

        Remember(pc, stack);
        _pcs.Add(pc);
        _entries.Add(new ResumePointEntry(kinds, stack.Length == 0 ? -1 : _lastNodes[stack.Length - 1], stack.Length, resultCount));
    }

    public ResumePointTable ToTable() => new([.. _pcs], [.. _entries], [.. _nodes]);

    private void Remember(int pc, ReadOnlySpan<ValueType> stack)
    {
        if (stack.Length > _lastStack.Length)
        {
            Array.Resize(ref _lastStack, Math.Max(stack.Length, 2 * _lastStack.Length));
            Array.Resize(ref _lastNodes, _lastStack.Length);
        }

        int common = stack.CommonPrefixLength(_lastStack.AsSpan(0, _lastDepth));
        if (_nodes.Count + stack.Length - common > NodeLimit)
        {
            throw new ModuleException(ModuleError.LimitExceeded, pc, "the stacks of a function's resume points are too large");
        }

        for (int i = common; i < stack.Length; i++)
        {
            _lastNodes[i] = _nodes.Count;
            _lastStack[i] = stack[i];
            _nodes.Add(new OperandNode(i == 0 ? -1 : _lastNodes[i - 1], stack[i]));
        }

        _lastDepth = stack.Length;
    }
}

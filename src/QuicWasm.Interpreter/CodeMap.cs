using System.Runtime.InteropServices;

namespace QuicWasm.Interpreter;

/// <summary>The lowered functions of one engine, by address of their code; it owns their memory.</summary>
// SAFETY: a function's code lives from Add to Free, which runs when no handler does; instructions are compared here, never read.
internal sealed unsafe class CodeMap
{
    private readonly List<LoweredFunction> _functions = [];
    private bool _isSorted = true;

    public void Add(LoweredFunction function)
    {
        _isSorted &= _functions.Count == 0 || _functions[^1].Code < function.Code;
        _functions.Add(function);
    }

    /// <summary>The function whose code holds the instruction.</summary>
    public LoweredFunction Find(Instruction* instruction)
    {
        if (!_isSorted)
        {
            _functions.Sort(static (a, b) => ((nuint)a.Code).CompareTo((nuint)b.Code));
            _isSorted = true;
        }

        int low = 0;
        int high = _functions.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_functions[middle].Code <= instruction)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return _functions.Count > 0 && _functions[low].Contains(instruction)
            ? _functions[low]
            : throw new InvalidOperationException("an instruction belongs to no lowered function");
    }

    /// <summary>Frees all code.</summary>
    public void Free()
    {
        foreach (LoweredFunction function in _functions)
        {
            NativeMemory.Free(function.Code);
        }

        _functions.Clear();
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace QuicWasm.Interpreter;

/// <summary>A place in the code that jumps go to; bound once.</summary>
internal readonly record struct CodeLabel(int Number);

/// <summary>Collects the instructions of one function, then puts them into raw memory with handlers and jumps resolved.</summary>
internal sealed unsafe class CodeBuilder
{
    private const int PoolEntryBytes = 16;

    private readonly List<(HandlerKey Key, Instruction Instruction)> _code = [];
    private readonly List<int> _labels = [];
    private readonly List<(int Instruction, CodeLabel Label)> _jumps = [];
    private readonly List<(int Instruction, CodeLabel[] Labels)> _tables = [];
    private readonly Dictionary<UInt128, int> _pool = [];
    private readonly List<(int Instruction, int PoolIndex)> _poolUses = [];

    /// <summary>How many instructions there are.</summary>
    public int Count => _code.Count;

    /// <summary>Appends an instruction.</summary>
    public int Emit(HandlerKey key, int a = 0, int b = 0, int c = 0, int d = 0)
    {
        _code.Add((key, new Instruction { A = a, B = b, C = c, D = d }));
        return _code.Count - 1;
    }

    /// <summary>Appends an instruction with a wide operand.</summary>
    public int EmitWide(HandlerKey key, int a, int b, long wide)
    {
        _code.Add((key, new Instruction { A = a, B = b, Wide = wide }));
        return _code.Count - 1;
    }

    /// <summary>Appends an instruction with 16 bytes of its own; its D, the distance to them, is set when the code is finished.</summary>
    public void EmitPooled(HandlerKey key, UInt128 bytes, int a, int b = 0, int c = 0)
    {
        if (!_pool.TryGetValue(bytes, out int index))
        {
            index = _pool.Count;
            _pool.Add(bytes, index);
        }

        _poolUses.Add((_code.Count, index));
        Emit(key, a, b, c);
    }

    /// <summary>Appends a jump to a label; its C is set when the code is finished.</summary>
    public void EmitJump(HandlerKey key, CodeLabel label, int a = 0, int b = 0)
    {
        _jumps.Add((_code.Count, label));
        Emit(key, a, b);
    }

    /// <summary>Appends a jump through a table.</summary>
    public void EmitTable(int register, CodeLabel[] labels)
    {
        _tables.Add((_code.Count, labels));
        Emit(new HandlerKey(HandlerForm.BranchTable), register, labels.Length - 1);
    }

    /// <summary>The key of an instruction.</summary>
    public HandlerKey KeyAt(int index) => _code[index].Key;

    /// <summary>The operands of an instruction.</summary>
    public Instruction At(int index) => _code[index].Instruction;

    /// <summary>Lets the last instruction write another register.</summary>
    public void RetargetLast(int register)
    {
        (HandlerKey key, Instruction instruction) = _code[^1];
        instruction.A = register;
        _code[^1] = (key, instruction);
    }

    /// <summary>Takes the last instruction away again.</summary>
    public void RemoveLast() => _code.RemoveAt(_code.Count - 1);

    /// <summary>Makes a label.</summary>
    public CodeLabel NewLabel()
    {
        _labels.Add(-1);
        return new CodeLabel(_labels.Count - 1);
    }

    /// <summary>Binds a label to the next instruction.</summary>
    public void Bind(CodeLabel label) => _labels[label.Number] = _code.Count;

    /// <summary>Where a label is bound.</summary>
    public int PositionOf(CodeLabel label) => _labels[label.Number];

    /// <summary>Puts the code into raw memory, which the caller owns and frees with <see cref="NativeMemory.Free"/>.</summary>
    public Instruction* Finish()
    {
        int tableEntries = _tables.Sum(t => t.Labels.Length);
        nuint bytes = ((nuint)_code.Count * Instruction.Bytes) + ((nuint)_pool.Count * PoolEntryBytes) + ((nuint)tableEntries * sizeof(int));
        var code = (Instruction*)NativeMemory.Alloc(bytes);
        CopyInstructions(code);
        foreach ((int index, CodeLabel label) in _jumps)
        {
            code[index].C = Distance(index, label);
        }

        var table = (int*)FillPool(code);
        foreach ((int index, CodeLabel[] labels) in _tables)
        {
            code[index].Wide = (long)table;
            foreach (CodeLabel label in labels)
            {
                *table++ = Distance(index, label);
            }
        }

        return code;
    }

    // SAFETY: code has room for every instruction.
    private void CopyInstructions(Instruction* code)
    {
        var keys = new HandlerKey[_code.Count];
        var handlers = new nint[_code.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = _code[i].Key;
        }

        HandlerFactory.Resolve(keys, handlers);
        for (int i = 0; i < keys.Length; i++)
        {
            code[i] = _code[i].Instruction;
            code[i].Handler = handlers[i];
        }
    }

    // SAFETY: the pool stands behind the last instruction, where bytes are allocated for it. Gives its end.
    private byte* FillPool(Instruction* code)
    {
        var pool = (byte*)(code + _code.Count);
        foreach ((UInt128 bytes, int index) in _pool)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(new Span<byte>(pool + (index * PoolEntryBytes), PoolEntryBytes), bytes);
        }

        foreach ((int index, int poolIndex) in _poolUses)
        {
            code[index].D = (int)(pool + (poolIndex * PoolEntryBytes) - (byte*)(code + index));
        }

        return pool + (_pool.Count * PoolEntryBytes);
    }

    private int Distance(int from, CodeLabel label) => (_labels[label.Number] - from) * Instruction.Bytes;
}

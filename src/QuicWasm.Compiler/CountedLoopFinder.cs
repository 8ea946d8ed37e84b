using System.Runtime.InteropServices;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

/// <summary>Finds the counted loops of a function, of those that have no loop and no call in them.</summary>
internal sealed class CountedLoopFinder
{
    /// <summary>How many instructions a request may wait for: some microseconds, or a little more where each of them touches a page of its own.</summary>
    private const int InstructionLimit = 1 << 15;

    private const int RoundLimit = 1024;

    // As many instructions as lead to a branch back, the latest one last.
    private readonly List<(Opcode Opcode, int Value)> _last = [];
    private readonly List<Block> _open = [];
    private readonly List<int> _assigned = [];
    private readonly Dictionary<int, CountedLoop> _found = [];

    private CountedLoopFinder()
    {
    }

    private sealed class Block
    {
        public required int Pc { get; init; }

        public required bool IsLoop { get; init; }

        /// <summary>How many assignments came before it.</summary>
        public required int FirstAssignment { get; init; }

        public bool IsRuledOut { get; set; }

        public int Instructions { get; set; }

        /// <summary>What the branch back says, with no rounds yet.</summary>
        public CountedLoop? Branch { get; set; }
    }

    /// <summary>The counted loops, by the pc of the loop's instruction.</summary>
    public static IReadOnlyDictionary<int, CountedLoop> Find(ValidatedModule module, int definedIndex)
    {
        FunctionBody body = module.Module.Functions[definedIndex];
        var reader = new CodeReader(body.Code.Span, body.Offset) { Position = module.Layout(definedIndex).EntryPc };
        var finder = new CountedLoopFinder();
        finder.Enter(-1, isLoop: false);
        while (finder._open.Count > 0)
        {
            finder.Read(ref reader);
        }

        return finder._found;
    }

    private void Read(ref CodeReader reader)
    {
        int pc = reader.Position;
        Opcode opcode = reader.ReadOpcode();
        _open[^1].Instructions++;
        int value = 0;
        switch (opcode)
        {
            case Opcode.Block or Opcode.If or Opcode.Loop:
                BlockType type = reader.ReadBlockType();
                Enter(pc, opcode == Opcode.Loop);
                _open[^1].IsRuledOut = type.HasTypeIndex;
                break;
            case Opcode.End:
                Leave();
                break;
            case Opcode.BrIf:
                BranchIf(reader.ReadU32());
                break;
            case Opcode.LocalGet or Opcode.LocalSet or Opcode.LocalTee:
                value = (int)reader.ReadU32();
                Assign(opcode, value);
                break;
            case Opcode.I32Const:
                value = reader.ReadS32();
                break;
            case Opcode.Br or Opcode.BrOnNull or Opcode.BrOnNonNull:
                RuleOut(reader.ReadU32());
                break;
            case Opcode.BrTable:
                for (uint left = reader.ReadU32() + 1; left > 0; left--)
                {
                    RuleOut(reader.ReadU32());
                }

                break;
            default:
                reader.SkipImmediate(OpcodeTable.Get(opcode).Immediate);
                if (!IsShort(opcode))
                {
                    RuleOutAll();
                }

                if (opcode == Opcode.TryTable)
                {
                    Enter(pc, isLoop: false);
                }

                break;
        }

        Remember(opcode, value);
    }

    // A call polls for itself; bulk operations take their time; a catch clause may be a branch back.
    private static bool IsShort(Opcode opcode) =>
        opcode is Opcode.Nop or Opcode.Else or Opcode.Return or Opcode.Unreachable or Opcode.Drop or Opcode.Select or Opcode.GlobalGet or Opcode.GlobalSet
        || OpcodeTable.Get(opcode).WidthBytes > 0
        || OpcodeTable.Get(opcode).Immediate is ImmediateKind.I64 or ImmediateKind.F32 or ImmediateKind.F64 or ImmediateKind.V128 or ImmediateKind.Shuffle
        || OpcodeSemantics.Find(opcode) is not null;

    private void Enter(int pc, bool isLoop)
    {
        if (isLoop)
        {
            RuleOutAll();
        }

        _open.Add(new Block { Pc = pc, IsLoop = isLoop, FirstAssignment = _assigned.Count });
    }

    private void Leave()
    {
        Block block = _open[^1];
        _open.RemoveAt(_open.Count - 1);
        if (_open.Count > 0)
        {
            _open[^1].Instructions += block.Instructions;
        }

        if (block is { IsLoop: true, IsRuledOut: false, Branch: { } branch }
            && Assignments(block, branch.Local) == 1
            && (branch.BoundLocal < 0 || Assignments(block, branch.BoundLocal) == 0))
        {
            _found.Add(block.Pc, branch with { Rounds = Math.Clamp(InstructionLimit / block.Instructions, 1, RoundLimit) });
        }
    }

    private int Assignments(Block block, int local) => _assigned.Skip(block.FirstAssignment).Count(l => l == local);

    private void Assign(Opcode opcode, int local)
    {
        if (opcode != Opcode.LocalGet)
        {
            _assigned.Add(local);
        }
    }

    private void BranchIf(uint depth)
    {
        Block target = _open[^(1 + (int)depth)];
        target.IsRuledOut |= target.Branch is not null;
        if (target.IsLoop)
        {
            target.Branch = Recognized();
            target.IsRuledOut |= target.Branch is null;
        }
    }

    private void RuleOut(uint depth) => _open[^(1 + (int)depth)].IsRuledOut = true;

    private void RuleOutAll()
    {
        foreach (Block block in _open)
        {
            block.IsRuledOut = true;
        }
    }

    // "Set, get" is "tee", and "- 1" is "+ -1".
    private void Remember(Opcode opcode, int value)
    {
        if (opcode == Opcode.LocalGet && _last.Count > 0 && _last[^1] == (Opcode.LocalSet, value))
        {
            _last[^1] = (Opcode.LocalTee, value);
            return;
        }

        if (opcode == Opcode.I32Sub && _last.Count > 0 && _last[^1].Opcode == Opcode.I32Const)
        {
            _last[^1] = (Opcode.I32Const, unchecked(-_last[^1].Value));
            opcode = Opcode.I32Add;
        }

        _last.Add((opcode, value));
        if (_last.Count > 6)
        {
            _last.RemoveAt(0);
        }
    }

    // "i + step, tee i", then: nothing, or a bound and a comparison; or the comparison alone, with the bound before it all.
    private CountedLoop? Recognized()
    {
        ReadOnlySpan<(Opcode Opcode, int Value)> last = CollectionsMarshal.AsSpan(_last);
        if (last.Length >= 4 && Count(last[^4..], (Opcode.I32Const, 0), Opcode.I32Ne) is { } untilZero)
        {
            return untilZero;
        }

        if (last.Length < 6)
        {
            return null;
        }

        return Count(last[..4], last[4], last[5].Opcode) ?? Count(last[1..5], last[0], Mirrored(last[5].Opcode));
    }

    private static CountedLoop? Count(ReadOnlySpan<(Opcode Opcode, int Value)> steps, (Opcode Opcode, int Value) bound, Opcode comparison)
    {
        bool isCount = steps[0].Opcode == Opcode.LocalGet && steps[1].Opcode == Opcode.I32Const && steps[2].Opcode == Opcode.I32Add
            && steps[3] == (Opcode.LocalTee, steps[0].Value) && bound.Opcode is Opcode.LocalGet or Opcode.I32Const;
        int step = steps[1].Value;
        if (!isCount || step is 0 or int.MinValue || !Fits(comparison, step))
        {
            return null;
        }

        bool isLocal = bound.Opcode == Opcode.LocalGet;
        return isLocal && bound.Value == steps[0].Value
            ? null
            : new CountedLoop(steps[0].Value, step, isLocal ? bound.Value : -1, isLocal ? 0 : bound.Value, comparison, 0);
    }

    private static bool Fits(Opcode comparison, int step) => comparison switch
    {
        Opcode.I32Ne => true,
        Opcode.I32LtS or Opcode.I32LtU => step > 0,
        Opcode.I32GtS or Opcode.I32GtU => step < 0,
        _ => false,
    };

    private static Opcode Mirrored(Opcode comparison) => comparison switch
    {
        Opcode.I32LtS => Opcode.I32GtS,
        Opcode.I32LtU => Opcode.I32GtU,
        Opcode.I32GtS => Opcode.I32LtS,
        Opcode.I32GtU => Opcode.I32LtU,
        _ => comparison,
    };
}

using QuicWasm.Modules;

namespace QuicWasm.Compiler;

/// <summary>
/// Which locals are read again after a safe point, before they are assigned. Only those are written into a frame there: a local that is not
/// has no need to be kept for it.
/// </summary>
internal sealed class Liveness
{
    private readonly List<Step> _steps = [];
    private readonly Dictionary<int, LocalSet> _at = [];
    private readonly int _localCount;

    // Of each open block: where exceptions go that are thrown in it.
    private readonly Stack<int[]> _handlers = new();

    /// <summary>An instruction that matters.</summary>
    /// <param name="Opcode">Which.</param>
    /// <param name="Index">The local, or the step where the block of an end or else began.</param>
    /// <param name="Pc">The pc behind it.</param>
    /// <param name="Targets">Steps where the blocks began that a branch, or an exception, goes to.</param>
    private readonly record struct Step(Opcode Opcode, int Index, int Pc, int[] Targets);

    /// <summary>What is known of an open block on the way back.</summary>
    private sealed class Region
    {
        public LocalSet? AtEnd;
        public LocalSet? AtElse;
        public LocalSet? AtHeader;
    }

    public Liveness(ValidatedModule module, int definedIndex, int localCount)
    {
        _localCount = localCount;
        FunctionBody body = module.Module.Functions[definedIndex];
        var reader = new CodeReader(body.Code.Span, body.Offset) { Position = module.Layout(definedIndex).EntryPc };
        Read(ref reader);
        var regions = new Region[_steps.Count];
        while (WalkBack(regions))
        {
        }
    }

    /// <summary>The locals that are live at a safe point: a loop's header, or the pc behind a call.</summary>
    public LocalSet At(int pc) => _at[pc];

    private void Read(ref CodeReader reader)
    {
        var open = new Stack<int>();
        open.Push(-1);
        _steps.Add(new Step(Opcode.Block, 0, 0, []));
        open.Push(0);
        _handlers.Push([]);
        while (open.Count > 1)
        {
            Opcode opcode = reader.ReadOpcode();
            switch (opcode)
            {
                case Opcode.Block or Opcode.Loop or Opcode.If or Opcode.TryTable:
                    ReadBlock(opcode, open, ref reader);
                    break;
                case Opcode.Else:
                    _steps.Add(new Step(opcode, open.Peek(), 0, []));
                    break;
                case Opcode.End:
                    _steps.Add(new Step(opcode, open.Pop(), 0, []));
                    _handlers.Pop();
                    break;
                case Opcode.LocalGet or Opcode.LocalSet or Opcode.LocalTee:
                    _steps.Add(new Step(opcode, (int)reader.ReadU32(), 0, []));
                    break;
                case Opcode.Br or Opcode.BrIf or Opcode.BrOnNull or Opcode.BrOnNonNull:
                    _steps.Add(new Step(opcode, 0, 0, [Target(open, reader.ReadU32())]));
                    break;
                case Opcode.BrTable:
                    _steps.Add(new Step(opcode, 0, 0, ReadTable(open, ref reader)));
                    break;
                default:
                    reader.SkipImmediate(OpcodeTable.Get(opcode).Immediate);
                    if (IsCall(opcode) || opcode is Opcode.Return or Opcode.Unreachable or Opcode.Throw or Opcode.ThrowRef)
                    {
                        _steps.Add(new Step(opcode, 0, reader.Position, _handlers.Peek()));
                    }

                    break;
            }
        }
    }

    private void ReadBlock(Opcode opcode, Stack<int> open, ref CodeReader reader)
    {
        int start = _steps.Count;
        int[] handlers = _handlers.Peek();
        _ = reader.ReadBlockType();
        for (uint clauses = opcode == Opcode.TryTable ? reader.ReadU32() : 0; clauses > 0; clauses--)
        {
            handlers = [.. handlers, Target(open, reader.ReadCatchClause().Label)];
        }

        _steps.Add(new Step(opcode, 0, reader.Position, []));
        open.Push(start);
        _handlers.Push(handlers);
    }

    private static int[] ReadTable(Stack<int> open, ref CodeReader reader)
    {
        var targets = new int[(int)reader.ReadU32() + 1];
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = Target(open, reader.ReadU32());
        }

        return [.. targets.Distinct()];
    }

    private static int Target(Stack<int> open, uint depth) => open.ElementAt((int)depth);

    private static bool IsCall(Opcode opcode) =>
        opcode is Opcode.Call or Opcode.CallIndirect or Opcode.CallRef or Opcode.ReturnCall or Opcode.ReturnCallIndirect or Opcode.ReturnCallRef;

    // From the end to the beginning; again, as long as more is found to be live at a loop's header.
    private bool WalkBack(Region[] regions)
    {
        var live = new LocalSet(_localCount);
        bool isChanged = false;
        for (int i = _steps.Count - 1; i >= 0; i--)
        {
            Step step = _steps[i];
            switch (step.Opcode)
            {
                case Opcode.End:
                    Region ended = regions[step.Index] ??= new Region();
                    (ended.AtEnd ??= new LocalSet(_localCount)).Set(live);
                    ended.AtElse = null;
                    break;
                case Opcode.Else:
                    regions[step.Index].AtElse = live.Copy();
                    live.Set(regions[step.Index].AtEnd!);
                    break;
                case Opcode.If:
                    live.Add(regions[i].AtElse ?? regions[i].AtEnd!);
                    break;
                case Opcode.Loop:
                    isChanged |= !live.Equals(regions[i].AtHeader);
                    (regions[i].AtHeader ??= new LocalSet(_localCount)).Set(live);
                    _at[step.Pc] = regions[i].AtHeader!;
                    break;
                default:
                    Apply(step, live, regions);
                    break;
            }
        }

        return isChanged;
    }

    private void Apply(Step step, LocalSet live, Region[] regions)
    {
        switch (step.Opcode)
        {
            case Opcode.LocalGet:
                live.Add(step.Index);
                break;
            case Opcode.LocalSet or Opcode.LocalTee:
                live.Remove(step.Index);
                break;
            case Opcode.Br or Opcode.BrTable or Opcode.Throw or Opcode.ThrowRef:
                live.Clear();
                AddTargets(step, live, regions);
                break;
            case Opcode.BrIf or Opcode.BrOnNull or Opcode.BrOnNonNull:
                AddTargets(step, live, regions);
                break;
            case Opcode.Return or Opcode.Unreachable:
                live.Clear();
                break;
            case Opcode.ReturnCall or Opcode.ReturnCallIndirect or Opcode.ReturnCallRef:
                live.Clear();
                _at[step.Pc] = live.Copy();
                break;
            case Opcode.Call or Opcode.CallIndirect or Opcode.CallRef:
                AddTargets(step, live, regions);
                _at[step.Pc] = live.Copy();
                break;
        }
    }

    private void AddTargets(Step step, LocalSet live, Region[] regions)
    {
        foreach (int target in step.Targets)
        {
            LocalSet? there = _steps[target].Opcode == Opcode.Loop ? regions[target].AtHeader : regions[target].AtEnd;
            live.Add(there ?? new LocalSet(_localCount));
        }
    }
}

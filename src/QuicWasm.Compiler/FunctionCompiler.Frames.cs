using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

// Safe points, and how a frame is written and read. What a normal run executes of this is one comparison at a function's entry, one at a
// loop's header, and one after a call.
internal sealed partial class FunctionCompiler
{
    /// <summary>How much saving of locals is emitted before it is shared by all.</summary>
    private const int SavedLocalsLimit = 1500;

    private readonly int _frameSlots;
    private int _savedLocals;
    private readonly Dictionary<(LocalSet? Live, bool IsPoll), Label> _ends = [];
    private readonly Liveness _liveness;
    private Label _versionStart;
    private LocalBuilder? _frame;
    private LocalBuilder? _savedPc;
    private LocalBuilder? _savedSlots;
    private LocalBuilder? _savedCall;

    /// <summary>Whether the safe point that the version is entered at was found.</summary>
    public bool IsEntered { get; private set; }

    private void EmitEntry(int entryPc)
    {
        Label begin = _il.DefineLabel();
        if (IsVersion)
        {
            _versionStart = _il.DefineLabel();
            _il.Emit(OpCodes.Br, _versionStart);
        }
        else
        {
            EmitEntryPoll();
            ZeroLocals();
        }

        LoadMemoryRegisters();
        if (!_scan.Calls(-1))
        {
            KeepMemoryLength();
        }

        _il.MarkLabel(begin);
        if (entryPc == _entryPc)
        {
            _cold.Add(() => EmitVersionStart([], begin));
        }
    }

    // Stack exhaustion and suspension in one comparison. Where it says so, code of the function's type takes over with the same arguments, so
    // that this function has no call for it.
    private void EmitEntryPoll()
    {
        if (!_code.Variant.HasSafePoints && !_scan.Calls(-1))
        {
            return;
        }

        Label slow = _il.DefineLabel();
        LocalBuilder marker = _il.DeclareLocal(typeof(byte));
        _il.Emit(OpCodes.Ldloca, marker);
        _il.Emit(OpCodes.Conv_U8);
        LoadContext(InstanceLayout.StackLimit, OpCodes.Ldind_I8);
        _il.Emit(OpCodes.Blt_Un, slow);
        _cold.Add(() =>
        {
            _il.MarkLabel(slow);
            ContextAddress(InstanceLayout.Entered);
            _il.Emit(OpCodes.Ldc_I4, _definedIndex);
            _il.Emit(OpCodes.Stind_I4);
            for (int i = 0; i <= _type.Parameters.Length; i++)
            {
                _il.Emit(OpCodes.Ldarg, (short)i);
            }

            _il.Emit(OpCodes.Tailcall);
            _il.Emit(OpCodes.Call, _code.EntryPollOf(_type));
            _il.Emit(OpCodes.Ret);
        });
    }

    private void ZeroLocals()
    {
        for (int i = _type.Parameters.Length; i < _localTypes.Length; i++)
        {
            if (_localTypes[i] == ValueType.V128)
            {
                _il.Emit(OpCodes.Ldloca, _locals[i]!);
                _il.Emit(OpCodes.Initobj, ClrTypes.Vector);
            }
            else
            {
                EmitConstant(Node.Constant(_localTypes[i], 0));
                StoreLocal(i);
            }
        }
    }

    /// <summary>A place where the frame is written when a suspension takes the stack down.</summary>
    /// <param name="Pc">Where the frame goes on.</param>
    /// <param name="Operands">The operands there; after a call, without its results.</param>
    /// <param name="CallPc">For a call that may be of the host: where the frame goes on if the host was interrupted; else -1.</param>
    /// <param name="IsIndirect">Whether that call takes an index of a table.</param>
    private sealed record CapturePoint(int Pc, ImmutableArray<Node> Operands, int CallPc, bool IsIndirect);

    // Only a branch back to the header asks, as in every engine, so that all of them count the same safe points.
    private void EmitPoll(ControlBlock loop, int pc)
    {
        Label slow = _il.DefineLabel();
        Label goOn = _il.DefineLabel();
        ImmutableArray<Node> operands = [.. _stack];
        if (_code.Variant.HasSafePoints)
        {
            _il.Emit(OpCodes.Br, goOn);
            _il.MarkLabel(loop.Label);
            LoadPoll();
            _il.Emit(OpCodes.Brtrue, slow);
            _cold.Add(() => EmitPollExit(slow, pc, operands));
        }
        else
        {
            _il.MarkLabel(loop.Label);
        }

        _il.MarkLabel(goOn);
        EmitRounds(loop.Rounds);
        if (pc == _entryPc)
        {
            _cold.Add(() => EmitVersionStart(operands, goOn));
        }
    }

    private void LoadPoll()
    {
        ContextAddress(InstanceLayout.Poll);
        _il.Emit(OpCodes.Volatile);
        _il.Emit(OpCodes.Ldind_I4);
    }

    // Where there is something to ask, the function is left for good: its frame is written, and what goes on with it, if it is not suspended, is
    // the version that is entered there. A way back into the loop would be a part of the loop to the JIT, and its call would cost registers.
    private void EmitPollExit(Label slow, int pc, ImmutableArray<Node> operands)
    {
        _il.MarkLabel(slow);
        EmitSaveOperands(new CapturePoint(pc, operands, -1, false));
        _il.Emit(OpCodes.Br, EndOf(pc, isPoll: true));
    }

    // Safe points with the same live locals share the code that saves these. Where that would still be too much, all of them save all locals.
    private Label EndOf(int pc, bool isPoll)
    {
        LocalSet? live = _savedLocals < SavedLocalsLimit ? _liveness.At(pc) : null;
        if (!_ends.TryGetValue((live, isPoll), out Label end))
        {
            end = _il.DefineLabel();
            _ends.Add((live, isPoll), end);
            _savedLocals += _localTypes.Length;
        }

        return end;
    }

    private void EmitLeave()
    {
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldc_I4, _definedIndex);
        _il.Emit(OpCodes.Ldloc, _savedPc!);
        _il.Emit(OpCodes.Ldc_I4, _frameSlots);
        _il.Emit(OpCodes.Ldloc, _savedSlots!);
        _il.Emit(OpCodes.Call, Method(typeof(Bridge), nameof(Bridge.AfterPoll)));
        _il.Emit(OpCodes.Tailcall);
        _il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, ClrTypes.ResultOf(_type), [typeof(nint)], null);
        _il.Emit(OpCodes.Ret);
    }

    // A version finds its frame through the block: locals, then operands.
    private void EmitVersionStart(ImmutableArray<Node> operands, Label goOn)
    {
        _il.MarkLabel(_versionStart);
        IsEntered = true;
        LoadMemoryRegisters();
        if (_scan.UsesMemory)
        {
            LoadField(_cell, 8, OpCodes.Ldind_I8);
            _il.Emit(OpCodes.Stloc, _memoryLength);
        }

        for (int i = 0; i < _localTypes.Length; i++)
        {
            FrameAddress(_localSlots[i]);
            ClrTypes.LoadSlot(_il, ClrTypes.Of(_localTypes[i]));
            StoreLocal(i);
        }

        int slot = _frameSlots;
        foreach (Node operand in operands)
        {
            if (operand.Kind == NodeKind.Temporary)
            {
                FrameAddress(slot);
                ClrTypes.LoadSlot(_il, operand.Clr);
                _il.Emit(OpCodes.Stloc, operand.Temporary!);
            }
            else if (operand.Kind == NodeKind.Local)
            {
                // Where only the operand is read again, the local itself was not kept.
                FrameAddress(slot);
                ClrTypes.LoadSlot(_il, operand.Clr);
                StoreLocal(operand.Index);
            }

            slot += operand.Type.SlotCount();
        }

        _il.Emit(OpCodes.Br, goOn);
    }

    private void FrameAddress(int slot)
    {
        LoadContext(InstanceLayout.VersionFrame, OpCodes.Ldind_I);
        _il.Emit(OpCodes.Ldc_I4, slot * 8);
        _il.Emit(OpCodes.Add);
    }

    private void EmitCapture(CapturePoint point)
    {
        EmitSaveOperands(point);
        _il.Emit(OpCodes.Br, EndOf(point.Pc, isPoll: false));
    }

    // No call comes before all is saved, so that values need not move for it. What differs between the safe points goes on in locals.
    private void EmitSaveOperands(CapturePoint point)
    {
        _frame ??= _il.DeclareLocal(typeof(nint));
        LoadContext(InstanceLayout.Frame, OpCodes.Ldind_I);
        _il.Emit(OpCodes.Stloc, _frame);
        int slot = _frameSlots;
        foreach (Node operand in point.Operands)
        {
            EmitSave(slot, operand.Clr, operand.Type, operand.IsRaw, () => EmitAgain(operand));
            slot += operand.Type.SlotCount();
        }

        SetInteger(ref _savedPc, point.Pc);
        SetInteger(ref _savedSlots, slot - _frameSlots);
        SetInteger(ref _savedCall, point.IsIndirect ? -2 - point.CallPc : point.CallPc);
    }

    private void SetInteger(ref LocalBuilder? local, int value)
    {
        local ??= _il.DeclareLocal(typeof(int));
        _il.Emit(OpCodes.Ldc_I4, value);
        _il.Emit(OpCodes.Stloc, local);
    }

    private void EmitSave(int slot, Type clr, ValueType type, bool isRaw, Action load)
    {
        _il.Emit(OpCodes.Ldloc, _frame!);
        _il.Emit(OpCodes.Ldc_I4, slot * 8);
        _il.Emit(OpCodes.Add);
        load();
        if (isRaw)
        {
            _il.Emit(OpCodes.Call, type == ValueType.F32 ? CanonicalSingle : CanonicalDouble);
        }

        ClrTypes.StoreSlot(_il, clr);
    }

    private void EmitSaveLocals(LocalSet? live)
    {
        for (int i = 0; i < _localTypes.Length; i++)
        {
            int local = i;
            if (live is null || live.Contains(i))
            {
                EmitSave(_localSlots[i], ClrTypes.Of(_localTypes[i]), _localTypes[i], _scan.IsArithmetic(i), () => LoadLocal(local));
            }
        }
    }

    private void EmitEnds()
    {
        EmitPass();
        foreach (((LocalSet? live, bool isPoll), Label label) in _ends)
        {
            _il.MarkLabel(label);
            EmitSaveLocals(live);
            if (isPoll)
            {
                EmitLeave();
            }
            else
            {
                EmitAddFrame();
            }
        }

        if (IsVersion && !IsEntered)
        {
            _il.MarkLabel(_versionStart);
            _il.Emit(OpCodes.Ldnull);
            _il.Emit(OpCodes.Throw);
        }
    }

    // What is returned is not looked at.
    private void EmitAddFrame()
    {
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldc_I4, _definedIndex);
        _il.Emit(OpCodes.Ldloc, _savedPc!);
        _il.Emit(OpCodes.Ldc_I4, _frameSlots);
        _il.Emit(OpCodes.Ldloc, _savedSlots!);
        _il.Emit(OpCodes.Ldloc, _savedCall!);
        _il.Emit(OpCodes.Call, Method(typeof(Bridge), nameof(Bridge.AddFrame)));
        EmitReturnAny();
    }
}

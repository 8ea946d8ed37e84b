using System.Collections.Immutable;
using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

// Safe points, and how a frame is written and read. What a normal run executes of this is one comparison at a function's entry, one at a
// loop's header, and one after a call.
internal sealed partial class FunctionCompiler
{
    private readonly int _frameSlots;
    private Label? _saveLocals;
    private LocalBuilder? _frame;

    private void EmitEntry(int entryPc)
    {
        if (IsLoopVersion)
        {
            _loopVersionStart = _il.DefineLabel();
            _il.Emit(OpCodes.Br, _loopVersionStart);
            return;
        }

        Label slow = _il.DefineLabel();
        Label begin = _il.DefineLabel();
        LocalBuilder marker = _il.DeclareLocal(typeof(byte));
        _il.Emit(OpCodes.Ldloca, marker);
        _il.Emit(OpCodes.Conv_U8);
        LoadContext(InstanceLayout.StackLimit, OpCodes.Ldind_I8);
        _il.Emit(OpCodes.Blt_Un, slow);
        _il.MarkLabel(begin);
        LoadMemoryRegisters();
        _cold.Add(() =>
        {
            _il.MarkLabel(slow);
            _il.Emit(OpCodes.Ldarg_0);
            _il.Emit(OpCodes.Call, Method(typeof(Bridge), nameof(Bridge.EnterSlowly)));
            _il.Emit(OpCodes.Brfalse, begin);
            EmitCapture(new CapturePoint(entryPc, [], -1, false));
        });
    }

    /// <summary>A place where the frame is written when a suspension takes the stack down.</summary>
    /// <param name="Pc">Where the frame goes on.</param>
    /// <param name="Operands">The operands there; after a call, without its results.</param>
    /// <param name="CallPc">For a call that may be of the host: where the frame goes on if the host was interrupted; else -1.</param>
    /// <param name="IsIndirect">Whether that call takes an index of a table.</param>
    private sealed record CapturePoint(int Pc, ImmutableArray<Node> Operands, int CallPc, bool IsIndirect);

    // Only a branch back to the header asks, as in every engine, so that all of them count the same safe points.
    private void EmitPoll(Label header, int pc)
    {
        Label slow = _il.DefineLabel();
        Label goOn = _il.DefineLabel();
        _il.Emit(OpCodes.Br, goOn);
        _il.MarkLabel(header);
        ContextAddress(InstanceLayout.Poll);
        _il.Emit(OpCodes.Volatile);
        _il.Emit(OpCodes.Ldind_I4);
        _il.Emit(OpCodes.Brtrue, slow);
        _il.MarkLabel(goOn);
        ImmutableArray<Node> operands = [.. _stack];
        if (pc == _entryLoop)
        {
            _cold.Add(() => EmitLoopVersionStart(operands, goOn));
        }

        _cold.Add(() =>
        {
            _il.MarkLabel(slow);
            _il.Emit(OpCodes.Ldarg_0);
            _il.Emit(OpCodes.Call, Method(typeof(Bridge), nameof(Bridge.IsAskedToSuspend)));
            _il.Emit(OpCodes.Brfalse, goOn);
            EmitCapture(new CapturePoint(pc, operands, -1, false));
        });
    }

    // The second argument is a frame in slots: locals, then operands.
    private void EmitLoopVersionStart(ImmutableArray<Node> operands, Label goOn)
    {
        _il.MarkLabel(_loopVersionStart);
        IsEntered = true;
        LoadMemoryRegisters();
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

            slot += operand.Type.SlotCount();
        }

        _il.Emit(OpCodes.Br, goOn);
    }

    private Label _loopVersionStart;

    /// <summary>Whether the header that the version is entered at was found.</summary>
    public bool IsEntered { get; private set; }

    private void FrameAddress(int slot)
    {
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldc_I4, slot * 8);
        _il.Emit(OpCodes.Add);
    }

    private void EmitCapture(CapturePoint point)
    {
        _frame ??= _il.DeclareLocal(typeof(nint));
        _saveLocals ??= _il.DefineLabel();
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldc_I4, _definedIndex);
        _il.Emit(OpCodes.Ldc_I4, point.Pc);
        _il.Emit(OpCodes.Ldc_I4, _frameSlots);
        _il.Emit(OpCodes.Ldc_I4, point.Operands.Sum(o => o.Type.SlotCount()));
        _il.Emit(OpCodes.Ldc_I4, point.CallPc);
        _il.Emit(point.IsIndirect ? OpCodes.Ldc_I4_1 : OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Call, Method(typeof(Bridge), nameof(Bridge.BeginFrame)));
        _il.Emit(OpCodes.Stloc, _frame);
        int slot = _frameSlots;
        foreach (Node operand in point.Operands)
        {
            EmitSave(slot, operand.Clr, operand.Type, operand.IsRaw, () => EmitAgain(operand));
            slot += operand.Type.SlotCount();
        }

        _il.Emit(OpCodes.Br, _saveLocals.Value);
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

    // All captures of a function end here; what is returned is not looked at.
    private void EmitSaveLocals()
    {
        if (IsLoopVersion && !IsEntered)
        {
            _il.MarkLabel(_loopVersionStart);
            _il.Emit(OpCodes.Ldnull);
            _il.Emit(OpCodes.Throw);
        }

        if (_saveLocals is not { } label)
        {
            return;
        }

        _il.MarkLabel(label);
        for (int i = 0; i < _localTypes.Length; i++)
        {
            int local = i;
            EmitSave(_localSlots[i], ClrTypes.Of(_localTypes[i]), _localTypes[i], _scan.IsArithmetic(i), () => LoadLocal(local));
        }

        Type result = ClrTypes.ResultOf(_type);
        if (result != typeof(void))
        {
            LocalBuilder any = _il.DeclareLocal(result);
            _il.Emit(OpCodes.Ldloc, any);
        }

        _il.Emit(OpCodes.Ret);
    }
}

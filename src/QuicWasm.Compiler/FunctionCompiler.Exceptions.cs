using System.Collections.Immutable;
using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

// Exceptions are a state that a function returns with, as it does when it is suspended: the test behind a call finds both. So a try_table costs nothing
// while nothing is thrown, frames can be captured in it as anywhere, and versions can be entered in it.
internal sealed partial class FunctionCompiler
{
    private TryRegion? _try;
    private Label? _pass;

    // Operands below the block were settled when it was opened, so they stand where they are, whatever is thrown in it.
    private void OpenTry(int pc, ref CodeReader reader)
    {
        BlockType type = reader.ReadBlockType();
        var clauses = new (CatchClause, ControlBlock)[(int)reader.ReadU32()];
        for (int i = 0; i < clauses.Length; i++)
        {
            CatchClause clause = reader.ReadCatchClause();
            clauses[i] = (clause, BlockAt(clause.Label));
            clauses[i].Item2.IsTargeted = true;
        }

        Open(Opcode.TryTable, pc, type, reader.Position);
        var region = new TryRegion(_il.DefineLabel(), [.. clauses], _try);
        _blocks[^1].Try = region;
        _try = region;
        _cold.Add(() => EmitDispatch(region));
    }

    private void Throw(Opcode opcode, int pc, ref CodeReader reader)
    {
        if (opcode == Opcode.ThrowRef)
        {
            Node reference = Pop();
            SettleAll();
            _il.Emit(OpCodes.Ldarg_0);
            Emit(reference);
            _il.Emit(OpCodes.Call, Method(typeof(Bridge), nameof(Bridge.ThrowReference)));
        }
        else
        {
            int tag = (int)reader.ReadU32();
            FunctionType type = _module.Module.Types[_module.TagTypeIndices[tag]];
            Node[] fields = Pop(type.Parameters.Length);
            SettleAll();
            EmitFields(fields);
            _il.Emit(OpCodes.Ldarg_0);
            _il.Emit(OpCodes.Ldc_I4, tag);
            _il.Emit(OpCodes.Call, Method(typeof(Bridge), nameof(Bridge.Throw)));
        }

        SetInteger(ref _savedPc, pc);
        _try?.Use();
        _il.Emit(OpCodes.Br, _try?.Dispatch ?? PassLabel());
        _isUnreachable = true;
    }

    private void EmitFields(Node[] fields)
    {
        int slot = 0;
        foreach (Node field in fields)
        {
            ResultAddress(slot);
            EmitCanonical(field);
            ClrTypes.StoreSlot(_il, field.Clr);
            slot += field.Type.SlotCount();
        }
    }

    // After a call that was in a try_table: what it returned with may be an exception.
    private void EmitExceptionTest(TryRegion region, int pc)
    {
        Label suspended = _il.DefineLabel();
        LoadContext(InstanceLayout.Unwinding, OpCodes.Ldind_I4);
        _il.Emit(OpCodes.Ldc_I4, (int)UnwindingState.Exception);
        _il.Emit(OpCodes.Bne_Un, suspended);
        SetInteger(ref _savedPc, pc);
        _il.Emit(OpCodes.Br, region.Dispatch);
        _il.MarkLabel(suspended);
    }

    private void EmitDispatch(TryRegion region)
    {
        if (!region.IsUsed)
        {
            return;
        }

        _il.MarkLabel(region.Dispatch);
        var stubs = new List<(Label Label, CatchClause Clause, ControlBlock Target)>();
        foreach ((CatchClause clause, ControlBlock target) in region.Clauses)
        {
            Label stub = _il.DefineLabel();
            stubs.Add((stub, clause, target));
            _il.Emit(OpCodes.Ldarg_0);
            _il.Emit(OpCodes.Ldc_I4, clause.HasTag ? (int)clause.Tag : -1);
            _il.Emit(clause.HasReference ? OpCodes.Ldc_I4_1 : OpCodes.Ldc_I4_0);
            _il.Emit(OpCodes.Call, Method(typeof(Bridge), nameof(Bridge.Catch)));
            _il.Emit(OpCodes.Brtrue, stub);
        }

        _il.Emit(OpCodes.Br, region.Outer?.Dispatch ?? PassLabel());
        foreach ((Label label, CatchClause clause, ControlBlock target) in stubs)
        {
            _il.MarkLabel(label);
            EmitCaught(clause, target);
        }
    }

    // The values stand where those of functions with several results do.
    private void EmitCaught(CatchClause clause, ControlBlock target)
    {
        ImmutableArray<ValueType> values = clause.HasTag ? _module.Module.Types[_module.TagTypeIndices[(int)clause.Tag]].Parameters : [];
        values = clause.HasReference ? [.. values, ValueType.ExnRef] : values;
        if (target.IsFunction)
        {
            EmitReturnCaught(values);
            return;
        }

        int slot = 0;
        for (int i = 0; i < values.Length; i++)
        {
            ResultAddress(slot);
            ClrTypes.LoadSlot(_il, target.Merges[i].LocalType);
            _il.Emit(OpCodes.Stloc, target.Merges[i]);
            slot += values[i].SlotCount();
        }

        _il.Emit(OpCodes.Br, target.Label);
    }

    private void EmitReturnCaught(ImmutableArray<ValueType> values)
    {
        if (values.Length == 1)
        {
            ResultAddress(0);
            ClrTypes.LoadSlot(_il, ClrTypes.Of(values[0]));
        }

        _il.Emit(OpCodes.Ret);
    }

    private Label PassLabel() => _pass ??= _il.DefineLabel();

    // Nothing here catches it: the caller finds it. What is returned is not looked at.
    private void EmitPass()
    {
        if (_pass is not { } pass)
        {
            return;
        }

        _il.MarkLabel(pass);
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldc_I4, _definedIndex);
        _il.Emit(OpCodes.Ldloc, _savedPc!);
        _il.Emit(OpCodes.Call, Method(typeof(Bridge), nameof(Bridge.Pass)));
        EmitReturnAny();
    }

    private void EmitReturnAny()
    {
        Type result = ClrTypes.ResultOf(_type);
        if (result != typeof(void))
        {
            LocalBuilder any = TakeLocal(result);
            _il.Emit(OpCodes.Ldloc, any);
            Release(any);
        }

        _il.Emit(OpCodes.Ret);
    }
}

using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

// Calls: of a method that is there, or through a pointer that stands in the instance's block, or in a table. What a pointer leads to may be a
// stub that finds the function by the address left in the block.
internal sealed partial class FunctionCompiler
{
    private bool Calls(Opcode opcode, int pc, ref CodeReader reader)
    {
        switch (opcode)
        {
            case Opcode.Call:
                Call((int)reader.ReadU32(), pc, reader.Position, isTail: false);
                return true;
            case Opcode.ReturnCall:
                TailCall((int)reader.ReadU32(), pc, reader.Position);
                return true;
            case Opcode.CallIndirect or Opcode.ReturnCallIndirect:
                int type = (int)reader.ReadU32();
                int table = (int)reader.ReadU32();
                CallIndirect(type, table, pc, reader.Position, isTail: opcode == Opcode.ReturnCallIndirect);
                return true;
            case Opcode.CallRef or Opcode.ReturnCallRef:
                CallReference((int)reader.ReadU32(), pc, reader.Position, isTail: opcode == Opcode.ReturnCallRef);
                return true;
            default:
                return false;
        }
    }

    private void Call(int function, int pc, int returnPc, bool isTail)
    {
        FunctionType type = _module.FunctionTypes[function];
        Node[] arguments = Pop(type.Parameters.Length);
        SettleAll();
        bool isImport = function < _module.ImportedFunctionCount;
        if (!isImport && _code.MethodOf(function - _module.ImportedFunctionCount) is { } method)
        {
            _il.Emit(OpCodes.Ldarg_0);
            EmitArguments(arguments, type);
            _il.Emit(OpCodes.Call, method);
            EndCall(type, new CapturePoint(returnPc, [.. _stack], -1, false), isTail);
            return;
        }

        LocalBuilder context = TakeLocal(typeof(nint));
        EmitCallee(function, isImport, context);
        _il.Emit(OpCodes.Ldloc, context);
        EmitArguments(arguments, type);
        LoadContext(_layout.Function(function), OpCodes.Ldind_I);
        EmitCallThroughPointer(type);
        Release(context);
        EndCall(type, new CapturePoint(returnPc, [.. _stack], isImport ? pc : -1, false), isTail);
    }

    // Leaves the callee's block in a local, and in that block who is called and by whom.
    private void EmitCallee(int function, bool isImport, LocalBuilder context)
    {
        int cell = _layout.Function(function);
        if (isImport)
        {
            LoadContext(cell + 8, OpCodes.Ldind_I);
        }
        else
        {
            _il.Emit(OpCodes.Ldarg_0);
        }

        _il.Emit(OpCodes.Stloc, context);
        EmitIdentity(context, () => LoadContext(cell + 16, OpCodes.Ldind_I4));
    }

    private void EmitIdentity(LocalBuilder context, Action address)
    {
        _il.Emit(OpCodes.Ldloc, context);
        _il.Emit(OpCodes.Ldc_I4, InstanceLayout.Callee);
        _il.Emit(OpCodes.Add);
        address();
        _il.Emit(OpCodes.Stind_I4);
        _il.Emit(OpCodes.Ldloc, context);
        _il.Emit(OpCodes.Ldc_I4, InstanceLayout.Caller);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Stind_I);
    }

    // A tail call of a function of the host is a call and a return: the host's function may be interrupted, and then this frame is needed.
    private void TailCall(int function, int pc, int returnPc)
    {
        FunctionType type = _module.FunctionTypes[function];
        bool isImport = function < _module.ImportedFunctionCount;
        SettleTop(type.Parameters.Length);
        Label afterHost = _il.DefineLabel();
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldc_I4, function);
        _il.Emit(OpCodes.Call, Method(typeof(Bridge), nameof(Bridge.IsHostTailCall)));
        _il.Emit(OpCodes.Brtrue, afterHost);
        ImmutableArray<Node> arguments = [.. _stack.Skip(_stack.Count - type.Parameters.Length)];
        LocalBuilder context = TakeLocal(typeof(nint));
        EmitCallee(function, isImport, context);
        _il.Emit(OpCodes.Ldloc, context);
        EmitArgumentsAgain(arguments);
        LoadContext(_layout.Function(function), OpCodes.Ldind_I);
        EmitTailCall(type);
        _il.MarkLabel(afterHost);
        Call(function, pc, returnPc, isTail: true);
        EmitReturn();
        _isUnreachable = true;
    }

    private void CallIndirect(int typeIndex, int table, int pc, int returnPc, bool isTail)
    {
        Node index = Pop();
        SettleTraps();
        LocalBuilder wanted = TakeLocal(typeof(ulong));
        EmitAddress(index);
        _il.Emit(OpCodes.Stloc, wanted);
        CallEntry(_module.Module.Types[typeIndex], entry => EmitLookup(typeIndex, table, wanted, entry), wanted, pc, returnPc, isTail);
        Release(wanted);
    }

    // Calls what an entry says. What named it, a table's index or a reference, is left where it is found when a function of the host is interrupted.
    private void CallEntry(FunctionType type, Action<LocalBuilder> find, LocalBuilder name, int pc, int returnPc, bool isTail)
    {
        if (isTail)
        {
            SettleTop(type.Parameters.Length);
        }

        ImmutableArray<Node> arguments = [.. Pop(type.Parameters.Length)];
        SettleAll();
        LocalBuilder entry = TakeLocal(typeof(nint));
        find(entry);
        LocalBuilder context = TakeLocal(typeof(nint));
        LoadField(entry, 8, OpCodes.Ldind_I);
        _il.Emit(OpCodes.Stloc, context);
        ContextAddress(InstanceLayout.TableIndex);
        _il.Emit(OpCodes.Ldloc, name);
        _il.Emit(OpCodes.Conv_I4);
        _il.Emit(OpCodes.Stind_I4);
        if (isTail)
        {
            EmitIndirectTailCall(type, entry, context, arguments);
        }

        EmitIdentity(context, () => LoadField(entry, 20, OpCodes.Ldind_I4));
        _il.Emit(OpCodes.Ldloc, context);
        EmitArguments([.. arguments], type);
        LoadField(entry, 0, OpCodes.Ldind_I);
        EmitCallThroughPointer(type);
        Release(entry);
        Release(context);
        EndCall(type, new CapturePoint(returnPc, [.. _stack], pc, true), isTail);
        if (isTail)
        {
            EmitReturn();
            _isUnreachable = true;
        }
    }

    private void EmitIndirectTailCall(FunctionType type, LocalBuilder entry, LocalBuilder context, ImmutableArray<Node> arguments)
    {
        Label host = _il.DefineLabel();
        _il.Emit(OpCodes.Ldarg_0);
        LoadField(entry, 20, OpCodes.Ldind_I4);
        _il.Emit(OpCodes.Call, Method(typeof(Bridge), nameof(Bridge.IsHostTailCallOf)));
        _il.Emit(OpCodes.Brtrue, host);
        EmitIdentity(context, () => LoadField(entry, 20, OpCodes.Ldind_I4));
        _il.Emit(OpCodes.Ldloc, context);
        EmitArgumentsAgain(arguments);
        LoadField(entry, 0, OpCodes.Ldind_I);
        EmitTailCall(type);
        _il.MarkLabel(host);
    }

    // Elements of a table are references: 0, or one more than an address, which is the function's place among the entries. One comparison of
    // the type's number finds null and other types; everything unusual is sorted out by ResolveIndirect.
    // SAFETY: the index is compared with the table's length, which is 0 while elements are absent; references in tables are those of the Store.
    private void EmitLookup(int typeIndex, int table, LocalBuilder wanted, LocalBuilder entry)
    {
        Label slow = _il.DefineLabel();
        Label found = _il.DefineLabel();
        LocalBuilder cell = TakeLocal(typeof(nint));
        LoadContext(_layout.Table(table), OpCodes.Ldind_I);
        _il.Emit(OpCodes.Stloc, cell);
        _il.Emit(OpCodes.Ldloc, wanted);
        LoadField(cell, 8, OpCodes.Ldind_I8);
        _il.Emit(OpCodes.Bge_Un, slow);
        LoadContext(InstanceLayout.Entries, OpCodes.Ldind_I);
        LoadField(cell, 0, OpCodes.Ldind_I);
        _il.Emit(OpCodes.Ldloc, wanted);
        _il.Emit(OpCodes.Conv_U);
        _il.Emit(OpCodes.Ldc_I4_3);
        _il.Emit(OpCodes.Shl);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldind_I8);
        EmitEntryOffset();
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, entry);
        LoadField(entry, 16, OpCodes.Ldind_I4);
        LoadContext(_layout.Type(typeIndex), OpCodes.Ldind_I4);
        _il.Emit(OpCodes.Bne_Un, slow);
        _il.MarkLabel(found);
        Release(cell);
        _cold.Add(() =>
        {
            _il.MarkLabel(slow);
            _il.Emit(OpCodes.Ldarg_0);
            _il.Emit(OpCodes.Ldc_I4, table);
            _il.Emit(OpCodes.Ldloc, wanted);
            _il.Emit(OpCodes.Ldc_I4, typeIndex);
            _il.Emit(OpCodes.Call, Method(typeof(Bridge), nameof(Bridge.ResolveIndirect)));
            _il.Emit(OpCodes.Stloc, entry);
            _il.Emit(OpCodes.Br, found);
        });
    }

    private void LoadField(LocalBuilder pointer, int offset, OpCode load)
    {
        _il.Emit(OpCodes.Ldloc, pointer);
        if (offset != 0)
        {
            _il.Emit(OpCodes.Ldc_I4, offset);
            _il.Emit(OpCodes.Add);
        }

        _il.Emit(load);
    }

    private void EmitArguments(Node[] arguments, FunctionType type)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            EmitCanonical(arguments[i]);
            ClrTypes.Convert(_il, arguments[i].Clr, ClrTypes.Of(type.Parameters[i]));
        }
    }

    private void EmitArgumentsAgain(ImmutableArray<Node> arguments)
    {
        foreach (Node argument in arguments)
        {
            EmitToMove(argument, ClrTypes.Of(argument.Type));
        }
    }

    private void EmitCallThroughPointer(FunctionType type) =>
        _il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, ClrTypes.ResultOf(type), ClrTypes.ParametersOf(type), null);

    private void EmitTailCall(FunctionType type)
    {
        _il.Emit(OpCodes.Tailcall);
        EmitCallThroughPointer(type);
        _il.Emit(OpCodes.Ret);
    }

    // With the result on the stack: tests for a suspension or an exception, and pushes the results. A tail call is in no try_table any more.
    private void EndCall(FunctionType type, CapturePoint point, bool isTail)
    {
        LocalBuilder? result = null;
        if (type.Results.Length == 1)
        {
            result = TakeLocal(ClrTypes.Of(type.Results[0]));
            _il.Emit(OpCodes.Stloc, result);
        }

        Places.Add((_il.ILOffset, point.Pc));
        if (_code.Variant.HasSafePoints)
        {
            Label suspended = _il.DefineLabel();
            LoadContext(InstanceLayout.Unwinding, OpCodes.Ldind_I4);
            _il.Emit(OpCodes.Brtrue, suspended);
            TryRegion? region = isTail ? null : _try;
            region?.Use();
            _cold.Add(() =>
            {
                _il.MarkLabel(suspended);
                if (region is not null)
                {
                    EmitExceptionTest(region, point.Pc);
                }

                EmitCapture(point);
            });
        }

        if (result is not null)
        {
            _stack.Add(Node.Temp(result, type.Results[0], isOwner: true));
        }
        else
        {
            PushResults(type.Results);
        }
    }

    private void PushResults(ImmutableArray<ValueType> results)
    {
        int slot = 0;
        foreach (ValueType result in results)
        {
            LocalBuilder local = TakeLocal(ClrTypes.Of(result));
            ResultAddress(slot);
            ClrTypes.LoadSlot(_il, local.LocalType);
            _il.Emit(OpCodes.Stloc, local);
            _stack.Add(Node.Temp(local, result, isOwner: true));
            slot += result.SlotCount();
        }
    }
}

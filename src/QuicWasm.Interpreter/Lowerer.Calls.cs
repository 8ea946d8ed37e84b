using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

// Calls: the arguments are settled in their slots, which become the callee's first locals.
// SAFETY: entries and cells that instructions name live as long as the engine.
internal sealed unsafe partial class Lowerer
{
    private bool LowerCall(Opcode opcode, int pc, ref CodeReader reader)
    {
        switch (opcode)
        {
            case Opcode.Call:
                LowerCall((int)reader.ReadU32(), pc, reader.Position);
                return true;
            case Opcode.CallIndirect:
                LowerCallIndirect(pc, ref reader);
                return true;
            case Opcode.ReturnCall:
                LowerTailCall((int)reader.ReadU32(), pc);
                return true;
            case Opcode.ReturnCallIndirect:
                LowerDynamicTailCall(ManagedOperation.TailCallIndirect, pc, ref reader);
                return true;
            case Opcode.CallRef:
                LowerCallReference(pc, ref reader);
                return true;
            case Opcode.ReturnCallRef:
                LowerDynamicTailCall(ManagedOperation.TailCallReference, pc, ref reader);
                return true;
            default:
                return false;
        }
    }

    private void LowerCall(int index, int pc, int returnPc)
    {
        FunctionInstance callee = _instance.Functions[index];
        int arguments = BeginCall(callee.Type, pc);
        FunctionEntry* entry = _engine.EntryOf(callee);
        if (callee.Host is not null)
        {
            _code.EmitWide(Managed(ManagedOperation.CallHost), arguments, _instance.Address, callee.Address);
            EndCall(callee.Type, returnPc);
        }
        else if (callee.Module == _instance)
        {
            _code.EmitWide(new HandlerKey(HandlerForm.Call), arguments, 0, (long)entry);
            EndCall(callee.Type, returnPc);
        }
        else
        {
            _code.EmitWide(Managed(ManagedOperation.CallImport), arguments, 0, (long)entry);
            EndCall(callee.Type, returnPc);
            EmitUseMemory();
        }
    }

    private void LowerCallIndirect(int pc, ref CodeReader reader)
    {
        FunctionType type = EmitDynamicCall(ManagedOperation.CallIndirect, pc, ref reader);
        EndCall(type, reader.Position);
        EmitUseMemory();
    }

    private void LowerCallReference(int pc, ref CodeReader reader)
    {
        FunctionType type = EmitDynamicCall(ManagedOperation.CallReference, pc, ref reader);
        EndCall(type, reader.Position);
        EmitUseMemory();
    }

    // What says who is called, an index into a table or a reference, is on top of the arguments.
    private FunctionType EmitDynamicCall(ManagedOperation operation, int pc, ref CodeReader reader)
    {
        int typeIndex = (int)reader.ReadU32();
        FunctionType type = _module.Types[typeIndex];
        bool hasTable = operation is ManagedOperation.CallIndirect or ManagedOperation.TailCallIndirect;
        int table = hasTable ? _instance.Tables[(int)reader.ReadU32()].Address : 0;
        _stack.Flush();
        _points.Add(new CodePoint(pc, _code.Count, _stack.SlotCount, false));
        int callee = _stack.PopRegister();
        int arguments = PopArguments(type);
        _code.Emit(Managed(operation), arguments, callee, table, _instance.TypeNumbers[typeIndex]);
        return type;
    }

    // A function of the host makes no frame: it is called, and its results are returned.
    private void LowerTailCall(int index, int pc)
    {
        FunctionInstance callee = _instance.Functions[index];
        int arguments = BeginCall(callee.Type, pc);
        FunctionEntry* entry = _engine.EntryOf(callee);
        if (callee.Host is not null)
        {
            _code.EmitWide(Managed(ManagedOperation.TailCallHost), arguments, _instance.Address, callee.Address);
            ReturnResults();
            return;
        }

        HandlerKey key = callee.Module == _instance ? new HandlerKey(HandlerForm.TailCall) : Managed(ManagedOperation.TailCallImport);
        _code.EmitWide(key, arguments, _linkOffset, (long)entry);
        _isUnreachable = true;
    }

    private void LowerDynamicTailCall(ManagedOperation operation, int pc, ref CodeReader reader)
    {
        _ = EmitDynamicCall(operation, pc, ref reader);
        ReturnResults();
    }

    // The callee has the results of this function, and left them on top of the stack.
    private void ReturnResults()
    {
        foreach (ValueType result in _function.Type.Results)
        {
            _stack.PushSlot(result);
        }

        EmitReturn();
        _isUnreachable = true;
    }

    private int BeginCall(FunctionType type, int pc)
    {
        _stack.Flush();
        _points.Add(new CodePoint(pc, _code.Count, _stack.SlotCount, false));
        return PopArguments(type);
    }

    private int PopArguments(FunctionType type)
    {
        _stack.Truncate(_stack.Count - type.Parameters.Length);
        return _stack.Top;
    }

    private void EndCall(FunctionType type, int returnPc)
    {
        _points.Add(new CodePoint(returnPc, _code.Count, _stack.SlotCount, true));
        foreach (ValueType result in type.Results)
        {
            _stack.PushSlot(result);
        }

        _result = -1;
    }

    private void EmitUseMemory() => _code.EmitWide(new HandlerKey(HandlerForm.UseMemory), 0, 0, (long)_engine.MemoryOf(_instance));
}

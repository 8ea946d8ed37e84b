using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

// Locals, globals, references, drop and select.
// SAFETY: cells of globals that instructions name live as long as the Store; they never move.
internal sealed unsafe partial class Lowerer
{
    private bool LowerVariable(Opcode opcode, ref CodeReader reader)
    {
        switch (opcode)
        {
            case Opcode.LocalGet:
                int read = (int)reader.ReadU32();
                _stack.PushLocal(_localTypes[read], _localOffsets[read]);
                _result = -1;
                return true;
            case Opcode.LocalSet:
                SetLocal((int)reader.ReadU32());
                return true;
            case Opcode.LocalTee:
                TeeLocal((int)reader.ReadU32());
                return true;
            case Opcode.GlobalGet:
                GetGlobal(_instance.Globals[(int)reader.ReadU32()]);
                return true;
            case Opcode.GlobalSet:
                SetGlobal(_instance.Globals[(int)reader.ReadU32()]);
                return true;
            case Opcode.Drop:
                _stack.Pop();
                _result = -1;
                return true;
            case Opcode.Select:
                Select();
                return true;
            case Opcode.SelectTyped:
                reader.SkipImmediate(ImmediateKind.ValueTypes);
                Select();
                return true;
            case Opcode.RefNull:
                PushConstant(reader.ReadHeapType(), (long)Reference.Null);
                return true;
            case Opcode.RefAsNonNull:
                Operand reference = _stack[_stack.Count - 1];
                _code.Emit(Managed(ManagedOperation.RequireNonNull), _stack.RegisterOf(reference));
                _result = -1;
                return true;
            case Opcode.RefFunc:
                PushConstant(ValueType.FuncRef, (long)Reference.OfFunction(_instance.Functions[(int)reader.ReadU32()].Address));
                return true;
            default:
                return false;
        }
    }

    private void SetLocal(int local)
    {
        int offset = _localOffsets[local];
        Operand value = _stack.Pop();
        if (IsResult(value) && !_stack.IsAliased(offset))
        {
            _code.RetargetLast(offset);
        }
        else
        {
            _stack.DetachLocal(offset);
            _stack.CopyTo(value, offset);
        }

        _result = -1;
    }

    private void TeeLocal(int local)
    {
        Operand value = _stack[_stack.Count - 1];
        SetLocal(local);
        if (value.Place == OperandPlace.Constant)
        {
            _stack.PushConstant(value.Type, value.Bits, value.HighBits);
        }
        else
        {
            _stack.PushLocal(value.Type, _localOffsets[local]);
        }
    }

    // The first function that uses a global fetches it, where it is not here yet.
    private void GetGlobal(GlobalInstance global)
    {
        global.EnsurePresent();
        ValueType type = global.Type.ValueType;
        _code.EmitWide(new HandlerKey(HandlerForm.GlobalGet, type.SlotCount()), PushResult(type), 0, global.Cell);
    }

    private void SetGlobal(GlobalInstance global)
    {
        global.EnsurePresent();
        _code.EmitWide(new HandlerKey(HandlerForm.GlobalSet, global.Type.ValueType.SlotCount()), _stack.PopRegister(), 0, global.Cell);
        _result = -1;
    }

    private void Select()
    {
        int condition = _stack.PopRegister();
        Operand second = _stack.Pop();
        Operand first = _stack.Pop();
        int secondRegister = _stack.RegisterOf(second);
        int firstRegister = _stack.RegisterOf(first);
        var key = new HandlerKey(HandlerForm.Select, first.Type.SlotCount());
        _code.Emit(key, PushResult(first.Type), firstRegister, secondRegister, condition);
    }
}

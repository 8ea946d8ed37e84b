using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

// Numbers, and loads and stores.
// SAFETY: cells of memories that instructions name live as long as the Store; they never move.
internal sealed unsafe partial class Lowerer
{
    private void LowerNumeric(Opcode opcode)
    {
        OpcodeInfo info = OpcodeTable.Get(opcode);
        ValueType result = info.IsPolymorphic ? ValueType.I32 : info.Results[0];
        if (info.IsPolymorphic || info.Operands.Length == 1)
        {
            LowerUnary(opcode, result);
        }
        else if (info.Operands.Length == 2)
        {
            LowerBinary(opcode, result);
        }
        else
        {
            LowerTernary(opcode, result);
        }
    }

    private void LowerUnary(Opcode opcode, ValueType result)
    {
        if (opcode == Opcode.I32Eqz && IsResult(_stack[_stack.Count - 1]) && Comparisons.Inverse((Opcode)_code.KeyAt(_result).Operation, _code.KeyAt(_result).Form) is { } inverse)
        {
            Instruction compare = _code.At(_result);
            HandlerForm form = _code.KeyAt(_result).Form;
            _code.RemoveLast();
            _stack.Pop();
            compare.A = PushResult(result);
            _code.EmitWide(new HandlerKey(form, (int)inverse), compare.A, compare.B, compare.Wide);
            return;
        }

        int operand = _stack.PopRegister();
        int destination = PushResult(result);
        _code.Emit(new HandlerKey(HandlerForm.Unary, (int)opcode), destination, operand);
    }

    private void LowerBinary(Opcode opcode, ValueType result)
    {
        Operand right = _stack.Pop();
        Operand left = _stack.Pop();
        if (left.Place == OperandPlace.Constant && right.Place != OperandPlace.Constant && Comparisons.IsCommutative(opcode))
        {
            (left, right) = (right, left);
        }

        int leftRegister = _stack.RegisterOf(left);
        if (right.IsImmediate)
        {
            int destination = PushResult(result);
            _code.EmitWide(new HandlerKey(HandlerForm.BinaryConstant, (int)opcode), destination, leftRegister, right.Bits);
            return;
        }

        int rightRegister = _stack.RegisterOf(right);
        _code.Emit(new HandlerKey(HandlerForm.Binary, (int)opcode), PushResult(result), leftRegister, rightRegister);
    }

    private void LowerTernary(Opcode opcode, ValueType result)
    {
        int third = _stack.PopRegister();
        int second = _stack.PopRegister();
        int first = _stack.PopRegister();
        _code.Emit(new HandlerKey(HandlerForm.Ternary, (int)opcode), PushResult(result), first, second, third);
    }

    private void LowerAccess(Opcode opcode, MemArg access)
    {
        OpcodeInfo info = OpcodeTable.Get(opcode);
        long end = (long)access.Offset + info.WidthBytes;
        bool isWide = IsWide(access);
        bool isOther = access.MemoryIndex != 0 && !isWide;
        if (info.Results.Length > 0)
        {
            int address = _stack.PopRegister();
            var key = new HandlerKey(HandlerForm.Load, (int)opcode, IsOther: isOther, Is64: isWide);
            _code.EmitWide(key, PushResult(info.Results[0]), address, end);
            EmitOtherMemory(access);
            return;
        }

        Operand value = _stack.Pop();
        int target = _stack.PopRegister();
        bool is32 = value.Type is ValueType.I32 or ValueType.F32;
        if (value.IsImmediate && (is32 || value.Bits == (int)value.Bits))
        {
            _code.EmitWide(new HandlerKey(HandlerForm.StoreConstant, (int)opcode, IsOther: isOther, Is64: isWide), target, (int)value.Bits, end);
        }
        else
        {
            _code.EmitWide(new HandlerKey(HandlerForm.Store, (int)opcode, IsOther: isOther, Is64: isWide), target, _stack.RegisterOf(value), end);
        }

        EmitOtherMemory(access);
        _result = -1;
    }

    private bool IsWide(MemArg access) => _instance.Memories[(int)access.MemoryIndex].Type.Limits.Is64;

    /// <summary>For an access to another memory than 0, or one of 64-bit addresses: says which and at what offset, behind the instruction.</summary>
    private void EmitOtherMemory(MemArg access)
    {
        if (access.MemoryIndex != 0 || IsWide(access))
        {
            MemoryInstance memory = _instance.Memories[(int)access.MemoryIndex];
            _code.EmitWide(new HandlerKey(HandlerForm.Operands), (int)access.Offset, (int)(access.Offset >> 32), (long)memory.Cell);
        }
    }

    /// <summary>Whether the last instruction made this value, and nothing can jump between the two.</summary>
    private bool IsResult(Operand operand) =>
        _result >= 0 && _result == _code.Count - 1 && operand.Place == OperandPlace.Slot && _code.At(_result).A == operand.Slot;

    private void LowerBulk(Opcode opcode, ref CodeReader reader)
    {
        switch (opcode)
        {
            case Opcode.MemorySize:
                LowerMemorySize((int)reader.ReadU32());
                break;
            case Opcode.MemoryGrow:
                MemoryInstance memory = _instance.Memories[(int)reader.ReadU32()];
                int pages = _stack.PopRegister();
                _code.Emit(Managed(ManagedOperation.MemoryGrow), PushResult(memory.Type.Limits.AddressType), pages, memory.Address);
                break;
            case Opcode.MemoryInit:
                DataInstance data = _instance.Datas[(int)reader.ReadU32()];
                LowerMemoryInit(data, (int)reader.ReadU32());
                break;
            case Opcode.DataDrop:
                _code.Emit(Managed(ManagedOperation.DataDrop), _instance.Datas[(int)reader.ReadU32()].Address);
                break;
            case Opcode.MemoryCopy:
                int destination = (int)reader.ReadU32();
                LowerMemoryCopy(destination, (int)reader.ReadU32());
                break;
            case Opcode.MemoryFill:
                LowerMemoryFill((int)reader.ReadU32());
                break;
            default:
                LowerTable(opcode, ref reader);
                break;
        }
    }

    private void LowerTable(Opcode opcode, ref CodeReader reader)
    {
        int first = (int)reader.ReadU32();
        switch (opcode)
        {
            case Opcode.TableGet:
                int index = _stack.PopRegister();
                TableInstance read = _instance.Tables[first];
                _code.Emit(Managed(ManagedOperation.TableGet), PushResult(read.Type.ElementType), index, read.Address);
                break;
            case Opcode.TableSet:
                int value = _stack.PopRegister();
                _code.Emit(Managed(ManagedOperation.TableSet), _stack.PopRegister(), value, _instance.Tables[first].Address);
                _result = -1;
                break;
            case Opcode.TableSize:
                TableInstance measured = _instance.Tables[first];
                _code.Emit(Managed(ManagedOperation.TableSize), PushResult(measured.Type.Limits.AddressType), 0, measured.Address);
                break;
            case Opcode.TableGrow:
                int delta = _stack.PopRegister();
                int initial = _stack.PopRegister();
                TableInstance grown = _instance.Tables[first];
                _code.Emit(Managed(ManagedOperation.TableGrow), PushResult(grown.Type.Limits.AddressType), initial, delta, grown.Address);
                break;
            case Opcode.TableFill:
                EmitThree(ManagedOperation.TableFill, _instance.Tables[first].Address);
                break;
            case Opcode.TableCopy:
                EmitThree(ManagedOperation.TableCopy);
                _code.Emit(Managed(ManagedOperation.TableCopy), _instance.Tables[first].Address, _instance.Tables[(int)reader.ReadU32()].Address);
                break;
            case Opcode.TableInit:
                EmitThree(ManagedOperation.TableInit);
                _code.Emit(Managed(ManagedOperation.TableInit), _instance.Tables[(int)reader.ReadU32()].Address, _instance.Elements[first].Address);
                break;
            case Opcode.ElemDrop:
                _code.Emit(Managed(ManagedOperation.ElemDrop), _instance.Elements[first].Address);
                break;
            default:
                throw new ModuleException(ModuleError.Unsupported, reader.Offset, $"the interpreter does not run {OpcodeTable.Get(opcode).Name}");
        }
    }

    private void EmitThree(ManagedOperation operation, int d = 0)
    {
        int third = _stack.PopRegister();
        int second = _stack.PopRegister();
        _code.Emit(Managed(operation), _stack.PopRegister(), second, third, d);
        _result = -1;
    }

    private static HandlerKey Managed(ManagedOperation operation) => new(HandlerForm.Managed, (int)operation);
}

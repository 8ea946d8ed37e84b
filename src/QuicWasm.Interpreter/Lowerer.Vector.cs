using QuicWasm.Modules;

namespace QuicWasm.Interpreter;

// Vector instructions with immediates; those without are lowered as numbers are.
internal sealed partial class Lowerer
{
    private void LowerVector(Opcode opcode, ref CodeReader reader)
    {
        switch (OpcodeTable.Get(opcode).Immediate)
        {
            case ImmediateKind.V128:
                UInt128 bits = reader.ReadV128();
                _stack.PushConstant(ValueType.V128, (long)(ulong)bits, (long)(ulong)(bits >> 64));
                _result = -1;
                break;
            case ImmediateKind.Shuffle:
                LowerShuffle(opcode, reader.ReadV128());
                break;
            case ImmediateKind.Lane:
                LowerLane(opcode, reader.ReadByte());
                break;
            default:
                MemArg access = reader.ReadMemArg();
                LowerLaneAccess(opcode, access, reader.ReadByte());
                break;
        }
    }

    private void LowerShuffle(Opcode opcode, UInt128 indices)
    {
        int second = _stack.PopRegister();
        int first = _stack.PopRegister();
        _code.EmitPooled(new HandlerKey(HandlerForm.Shuffle, (int)opcode), indices, PushResult(ValueType.V128), first, second);
    }

    private void LowerLane(Opcode opcode, byte lane)
    {
        OpcodeInfo info = OpcodeTable.Get(opcode);
        bool isReplacement = info.Operands.Length == 2;
        int value = isReplacement ? _stack.PopRegister() : 0;
        int vector = _stack.PopRegister();
        var key = new HandlerKey(isReplacement ? HandlerForm.Binary : HandlerForm.Unary, (int)opcode, Lane: lane);
        _code.Emit(key, PushResult(info.Results[0]), vector, value);
    }

    private void LowerLaneAccess(Opcode opcode, MemArg access, byte lane)
    {
        OpcodeInfo info = OpcodeTable.Get(opcode);
        int vector = _stack.PopRegister();
        int address = _stack.PopRegister();
        bool isWide = IsWide(access);
        bool isOther = access.MemoryIndex != 0 && !isWide;
        if (info.Results.Length > 0)
        {
            var key = new HandlerKey(HandlerForm.LoadLane, (int)opcode, Lane: lane, IsOther: isOther, Is64: isWide);
            _code.Emit(key, PushResult(ValueType.V128), address, (int)access.Offset, vector);
            EmitOtherMemory(access);
        }
        else
        {
            long end = (long)access.Offset + info.WidthBytes;
            var key = new HandlerKey(HandlerForm.Store, (int)opcode, Lane: lane, IsOther: isOther, Is64: isWide);
            _code.EmitWide(key, address, vector, end);
            EmitOtherMemory(access);
            _result = -1;
        }
    }
}

using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

// Numbers, loads, stores, and moves.
internal static partial class HandlerFactory
{
    /// <summary>Opcodes whose semantics may trap: the handler says where, before.</summary>
    private static readonly HashSet<Opcode> Trapping =
    [
        Opcode.I32DivS, Opcode.I32DivU, Opcode.I32RemS, Opcode.I32RemU, Opcode.I64DivS, Opcode.I64DivU, Opcode.I64RemS, Opcode.I64RemU,
        Opcode.I32TruncF32S, Opcode.I32TruncF32U, Opcode.I32TruncF64S, Opcode.I32TruncF64U,
        Opcode.I64TruncF32S, Opcode.I64TruncF32U, Opcode.I64TruncF64S, Opcode.I64TruncF64U,
    ];

    private static void EmitNumeric(HandlerEmitter il, HandlerKey key)
    {
        MethodInfo semantics = OpcodeSemantics.Find((Opcode)key.Operation)!;
        if (Trapping.Contains((Opcode)key.Operation))
        {
            EmitWhere(il);
        }

        ParameterInfo[] operands = semantics.GetParameters();
        il.RegisterAddress(Instruction.OffsetOfA);
        il.Register(Instruction.OffsetOfB, operands[0].ParameterType);
        if (key.Form is HandlerForm.Binary or HandlerForm.Ternary or HandlerForm.Shuffle)
        {
            il.Register(Instruction.OffsetOfC, operands[1].ParameterType);
        }
        else if (key.Form == HandlerForm.BinaryConstant)
        {
            il.OperandAddress(Instruction.OffsetOfWide);
            il.LoadIndirect(operands[1].ParameterType);
        }

        if (key.Form == HandlerForm.Ternary)
        {
            il.Register(Instruction.OffsetOfD, operands[2].ParameterType);
        }
        else if (key.Form == HandlerForm.Shuffle)
        {
            il.PoolAddress();
            il.LoadIndirect(operands[2].ParameterType);
        }

        EmitLane(il, key);
        il.Il.Emit(OpCodes.Call, semantics);
        il.StoreSlot(semantics.ReturnType);
        il.Next();
    }

    private static void EmitLane(HandlerEmitter il, HandlerKey key)
    {
        OpcodeInfo info = OpcodeTable.Get((Opcode)key.Operation);
        if (info.Immediate is ImmediateKind.Lane or ImmediateKind.MemArgAndLane)
        {
            il.Il.Emit(OpCodes.Ldc_I4, (int)key.Lane);
        }
    }

    // Leaves ip and fp in the machine, for the trace of a trap.
    private static void EmitWhere(HandlerEmitter il)
    {
        il.LoadMachine();
        il.LoadIp();
        il.Il.Emit(OpCodes.Stfld, Field(nameof(Machine.InstructionPointer)));
        il.LoadMachine();
        il.LoadFp();
        il.Il.Emit(OpCodes.Stfld, Field(nameof(Machine.FramePointer)));
    }

    private static void EmitLoad(HandlerEmitter il, HandlerKey key)
    {
        var opcode = (Opcode)key.Operation;
        int widthBytes = OpcodeTable.Get(opcode).WidthBytes;
        MethodInfo semantics = OpcodeSemantics.Find(opcode)!;
        bool isLane = key.Form == HandlerForm.LoadLane;
        EmitEffectiveEnd(il, key, Instruction.OffsetOfB, isLane ? widthBytes : null, out LocalBuilder end, out Label trap);
        il.RegisterAddress(Instruction.OffsetOfA);
        EmitEffectiveAddress(il, key, end, widthBytes);
        if (isLane)
        {
            il.Register(Instruction.OffsetOfD, semantics.ReturnType);
            EmitLane(il, key);
        }

        il.Il.Emit(OpCodes.Call, semantics);
        il.StoreSlot(semantics.ReturnType);
        il.Next(key.IsOther || key.Is64 ? 2 : 1);
        EmitTrap(il, trap);
    }

    private static void EmitStore(HandlerEmitter il, HandlerKey key)
    {
        var opcode = (Opcode)key.Operation;
        MethodInfo semantics = OpcodeSemantics.Find(opcode)!;
        Type value = semantics.GetParameters()[1].ParameterType;
        EmitEffectiveEnd(il, key, Instruction.OffsetOfA, null, out LocalBuilder end, out Label trap);
        EmitEffectiveAddress(il, key, end, OpcodeTable.Get(opcode).WidthBytes);
        if (key.Form == HandlerForm.Store)
        {
            il.Register(Instruction.OffsetOfB, value);
            EmitLane(il, key);
        }
        else
        {
            il.OperandAddress(Instruction.OffsetOfB);
            il.Il.Emit(OpCodes.Ldind_I4);
            if (value == typeof(long) || value == typeof(ulong))
            {
                il.Il.Emit(OpCodes.Conv_I8);
            }
        }

        il.Il.Emit(OpCodes.Call, semantics);
        il.Next(key.IsOther || key.Is64 ? 2 : 1);
        EmitTrap(il, trap);
    }

    // SAFETY: end = address + offset + width, in 64 bits without overflow (address < 2^32, offset + width < 2^33); the access is
    // made only where end <= memSize, and the memory has memSize readable and writable bytes at mem. Offset + width are the wide
    // operand; where another operand takes half of it, C is the offset and the width is given.
    private static void EmitEffectiveEnd(
        HandlerEmitter il, HandlerKey key, int addressOperand, int? widthBytes, out LocalBuilder end, out Label trap)
    {
        trap = il.Il.DefineLabel();
        if (key.Is64)
        {
            end = EmitLocation(il, key, addressOperand, trap);
            return;
        }

        end = il.Il.DeclareLocal(typeof(ulong));
        il.Register(addressOperand, typeof(uint));
        il.Il.Emit(OpCodes.Conv_U8);
        if (widthBytes is { } width)
        {
            il.OperandAddress(Instruction.OffsetOfC);
            il.Il.Emit(OpCodes.Ldind_U4);
            il.Il.Emit(OpCodes.Conv_U8);
            il.Il.Emit(OpCodes.Add);
            il.Il.Emit(OpCodes.Ldc_I8, (long)width);
        }
        else
        {
            il.WideOperand();
        }

        il.Il.Emit(OpCodes.Add);
        il.Il.Emit(OpCodes.Stloc, end);
        il.Il.Emit(OpCodes.Ldloc, end);
        if (key.IsOther)
        {
            EmitOtherCell(il);
            il.AddConstant(8);
            il.LoadIndirect(typeof(ulong));
        }
        else
        {
            il.LoadMemSize();
        }

        il.Il.Emit(OpCodes.Bgt_Un, trap);
    }

    // Where a 64-bit address and offset lead, or to the trap.
    private static LocalBuilder EmitLocation(HandlerEmitter il, HandlerKey key, int addressOperand, Label trap)
    {
        LocalBuilder location = il.Il.DeclareLocal(typeof(nint));
        EmitOtherCell(il);
        il.Register(addressOperand, typeof(ulong));
        il.OperandAddress(Instruction.Bytes + Instruction.OffsetOfA);
        il.LoadIndirect(typeof(ulong));
        il.Il.Emit(OpCodes.Ldc_I8, (long)OpcodeTable.Get((Opcode)key.Operation).WidthBytes);
        il.Il.Emit(OpCodes.Call, typeof(WideAddress).GetMethod(nameof(WideAddress.Locate))!);
        il.Il.Emit(OpCodes.Stloc, location);
        il.Il.Emit(OpCodes.Ldloc, location);
        il.Il.Emit(OpCodes.Brfalse, trap);
        return location;
    }

    private static void EmitEffectiveAddress(HandlerEmitter il, HandlerKey key, LocalBuilder end, int widthBytes)
    {
        if (key.Is64)
        {
            il.Il.Emit(OpCodes.Ldloc, end);
            return;
        }

        if (key.IsOther)
        {
            EmitOtherCell(il);
            il.Il.Emit(OpCodes.Ldind_I);
        }
        else
        {
            il.LoadMem();
        }

        il.Il.Emit(OpCodes.Ldloc, end);
        il.Il.Emit(OpCodes.Conv_I);
        il.Il.Emit(OpCodes.Add);
        il.AddConstant(-widthBytes);
    }

    // The cell of the memory that a load or store names, where that is not memory 0.
    private static void EmitOtherCell(HandlerEmitter il)
    {
        il.OperandAddress(Instruction.Bytes + Instruction.OffsetOfWide);
        il.Il.Emit(OpCodes.Ldind_I);
    }

    private static void EmitTrap(HandlerEmitter il, Label trap)
    {
        il.Il.MarkLabel(trap);
        il.TailCall(Handlers[SlowPath(ManagedOperation.TrapOutOfBounds)]);
    }

    // What moves as many slots as the operation's number says: one number, or one vector.
    private static Type SlotsType(HandlerKey key) => key.Operation == 1 ? typeof(ulong) : typeof(Vector128<ulong>);

    private static void EmitData(HandlerEmitter il, HandlerKey key)
    {
        Type slots = SlotsType(key);
        switch (key.Form)
        {
            case HandlerForm.Copy:
                il.RegisterAddress(Instruction.OffsetOfA);
                il.Register(Instruction.OffsetOfB, slots);
                il.StoreSlot(slots);
                break;
            case HandlerForm.Constant:
                il.RegisterAddress(Instruction.OffsetOfA);
                il.WideOperand();
                il.StoreSlot(typeof(ulong));
                break;
            case HandlerForm.VectorConstant:
                il.RegisterAddress(Instruction.OffsetOfA);
                il.PoolAddress();
                il.LoadIndirect(typeof(Vector128<ulong>));
                il.StoreSlot(typeof(Vector128<ulong>));
                break;
            case HandlerForm.Select:
                EmitSelect(il, slots);
                break;
            case HandlerForm.GlobalGet:
                il.RegisterAddress(Instruction.OffsetOfA);
                il.WideOperand();
                il.Il.Emit(OpCodes.Conv_I);
                il.LoadIndirect(slots);
                il.StoreSlot(slots);
                break;
            case HandlerForm.GlobalSet:
                il.WideOperand();
                il.Il.Emit(OpCodes.Conv_I);
                il.Register(Instruction.OffsetOfA, slots);
                il.StoreSlot(slots);
                break;
            case HandlerForm.ZeroSlots:
                EmitZeroSlots(il, key.Operation);
                break;
            case HandlerForm.UseMemory:
                EmitUseMemory(il);
                break;
            default:
                il.RegisterAddress(Instruction.OffsetOfA);
                il.LoadMemSize();
                il.Il.Emit(OpCodes.Ldc_I4, 16);
                il.Il.Emit(OpCodes.Shr_Un);
                il.StoreSlot(typeof(ulong));
                break;
        }

        il.Next();
    }

    private static void EmitSelect(HandlerEmitter il, Type slots)
    {
        Label second = il.Il.DefineLabel();
        Label store = il.Il.DefineLabel();
        il.RegisterAddress(Instruction.OffsetOfA);
        il.Register(Instruction.OffsetOfD, typeof(int));
        il.Il.Emit(OpCodes.Brfalse, second);
        il.Register(Instruction.OffsetOfB, slots);
        il.Il.Emit(OpCodes.Br, store);
        il.Il.MarkLabel(second);
        il.Register(Instruction.OffsetOfC, slots);
        il.Il.MarkLabel(store);
        il.StoreSlot(slots);
    }

    private static void EmitZeroSlots(HandlerEmitter il, int slots)
    {
        for (int i = 0; i < slots; i++)
        {
            il.RegisterAddress(Instruction.OffsetOfA);
            il.AddConstant(i * 8);
            il.Il.Emit(OpCodes.Ldc_I8, 0L);
            il.StoreSlot(typeof(ulong));
        }
    }

    private static void EmitUseMemory(HandlerEmitter il)
    {
        il.LoadMachine();
        il.WideOperand();
        il.Il.Emit(OpCodes.Conv_I);
        il.Il.Emit(OpCodes.Stfld, Field(nameof(Machine.Memory)));
        EmitReloadMemory(il);
    }

    // Base and size of the memory at hand, into their registers.
    private static void EmitReloadMemory(HandlerEmitter il)
    {
        il.LoadMachineField(Field(nameof(Machine.Memory)));
        il.Il.Emit(OpCodes.Ldind_I);
        il.StoreMem();
        il.LoadMachineField(Field(nameof(Machine.Memory)));
        il.AddConstant(8);
        il.LoadIndirect(typeof(ulong));
        il.StoreMemSize();
    }
}

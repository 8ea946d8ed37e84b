using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;
using QuicWasm.Modules;

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

    private static readonly FrozenDictionary<Opcode, MethodInfo> AllSemantics = typeof(NumericOperations)
        .GetMethods(BindingFlags.Public | BindingFlags.Static)
        .ToFrozenDictionary(m => Enum.Parse<Opcode>(m.Name));

    /// <summary>The method with an opcode's semantics, or null where it is no pure function of its operands.</summary>
    internal static MethodInfo? Semantics(Opcode opcode) => AllSemantics.GetValueOrDefault(opcode);

    private static void EmitNumeric(HandlerEmitter il, HandlerKey key)
    {
        MethodInfo semantics = Semantics((Opcode)key.Operation)!;
        if (Trapping.Contains((Opcode)key.Operation))
        {
            EmitWhere(il);
        }

        ParameterInfo[] operands = semantics.GetParameters();
        il.RegisterAddress(Instruction.OffsetOfA);
        il.Register(Instruction.OffsetOfB, operands[0].ParameterType);
        if (key.Form == HandlerForm.Binary)
        {
            il.Register(Instruction.OffsetOfC, operands[1].ParameterType);
        }
        else if (key.Form == HandlerForm.BinaryConstant)
        {
            il.OperandAddress(Instruction.OffsetOfWide);
            il.LoadIndirect(operands[1].ParameterType);
        }

        il.Il.Emit(OpCodes.Call, semantics);
        il.StoreSlot(semantics.ReturnType);
        il.Next();
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
        MethodInfo semantics = typeof(LoadOperations).GetMethod(opcode.ToString())!;
        EmitEffectiveEnd(il, Instruction.OffsetOfB, out LocalBuilder end, out Label trap);
        il.RegisterAddress(Instruction.OffsetOfA);
        EmitEffectiveAddress(il, end, OpcodeTable.Get(opcode).WidthBytes);
        il.Il.Emit(OpCodes.Call, semantics);
        il.StoreSlot(semantics.ReturnType);
        il.Next();
        EmitTrap(il, trap);
    }

    private static void EmitStore(HandlerEmitter il, HandlerKey key)
    {
        var opcode = (Opcode)key.Operation;
        MethodInfo semantics = typeof(StoreOperations).GetMethod(opcode.ToString())!;
        Type value = semantics.GetParameters()[1].ParameterType;
        EmitEffectiveEnd(il, Instruction.OffsetOfA, out LocalBuilder end, out Label trap);
        EmitEffectiveAddress(il, end, OpcodeTable.Get(opcode).WidthBytes);
        if (key.Form == HandlerForm.Store)
        {
            il.Register(Instruction.OffsetOfB, value);
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
        il.Next();
        EmitTrap(il, trap);
    }

    // SAFETY: end = address + offset + width, in 64 bits without overflow (address < 2^32, offset + width < 2^33); the access is
    // made only where end <= memSize, and the memory has memSize readable and writable bytes at mem.
    private static void EmitEffectiveEnd(HandlerEmitter il, int addressOperand, out LocalBuilder end, out Label trap)
    {
        end = il.Il.DeclareLocal(typeof(ulong));
        trap = il.Il.DefineLabel();
        il.Register(addressOperand, typeof(uint));
        il.Il.Emit(OpCodes.Conv_U8);
        il.WideOperand();
        il.Il.Emit(OpCodes.Add);
        il.Il.Emit(OpCodes.Stloc, end);
        il.Il.Emit(OpCodes.Ldloc, end);
        il.LoadMemSize();
        il.Il.Emit(OpCodes.Bgt_Un, trap);
    }

    private static void EmitEffectiveAddress(HandlerEmitter il, LocalBuilder end, int widthBytes)
    {
        il.LoadMem();
        il.Il.Emit(OpCodes.Ldloc, end);
        il.Il.Emit(OpCodes.Conv_I);
        il.Il.Emit(OpCodes.Add);
        il.AddConstant(-widthBytes);
    }

    private static void EmitTrap(HandlerEmitter il, Label trap)
    {
        il.Il.MarkLabel(trap);
        il.TailCall(Handlers[SlowPath(ManagedOperation.TrapOutOfBounds)]);
    }

    private static void EmitData(HandlerEmitter il, HandlerKey key)
    {
        switch (key.Form)
        {
            case HandlerForm.Copy:
                il.RegisterAddress(Instruction.OffsetOfA);
                il.Register(Instruction.OffsetOfB, typeof(ulong));
                il.StoreSlot(typeof(ulong));
                break;
            case HandlerForm.Constant:
                il.RegisterAddress(Instruction.OffsetOfA);
                il.WideOperand();
                il.StoreSlot(typeof(ulong));
                break;
            case HandlerForm.Select:
                EmitSelect(il);
                break;
            case HandlerForm.GlobalGet:
                il.RegisterAddress(Instruction.OffsetOfA);
                il.WideOperand();
                il.Il.Emit(OpCodes.Conv_I);
                il.LoadIndirect(typeof(ulong));
                il.StoreSlot(typeof(ulong));
                break;
            case HandlerForm.GlobalSet:
                il.WideOperand();
                il.Il.Emit(OpCodes.Conv_I);
                il.Register(Instruction.OffsetOfA, typeof(ulong));
                il.StoreSlot(typeof(ulong));
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

    private static void EmitSelect(HandlerEmitter il)
    {
        Label second = il.Il.DefineLabel();
        Label store = il.Il.DefineLabel();
        il.RegisterAddress(Instruction.OffsetOfA);
        il.Register(Instruction.OffsetOfD, typeof(int));
        il.Il.Emit(OpCodes.Brfalse, second);
        il.Register(Instruction.OffsetOfB, typeof(ulong));
        il.Il.Emit(OpCodes.Br, store);
        il.Il.MarkLabel(second);
        il.Register(Instruction.OffsetOfC, typeof(ulong));
        il.Il.MarkLabel(store);
        il.StoreSlot(typeof(ulong));
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

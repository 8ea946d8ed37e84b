using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;

namespace QuicWasm.Interpreter;

/// <summary>The words that handlers are written in: registers, operands of the instruction, and the jump to the next handler.</summary>
internal sealed class HandlerEmitter(ILGenerator il)
{
    private const byte Ip = 0;
    private const byte Fp = 1;
    private const byte Mem = 2;
    private const byte MemSize = 3;
    private const byte MachineArgument = 4;

    /// <summary>The generator, for what has no word here.</summary>
    public ILGenerator Il { get; } = il;

    public void Ret() => Il.Emit(OpCodes.Ret);

    /// <summary>Ends the handler, and with it the chain of handlers.</summary>
    public void Return() => Ret();

    public void LoadIp() => Il.Emit(OpCodes.Ldarg_S, Ip);

    public void StoreIp() => Il.Emit(OpCodes.Starg_S, Ip);

    public void LoadFp() => Il.Emit(OpCodes.Ldarg_S, Fp);

    public void StoreFp() => Il.Emit(OpCodes.Starg_S, Fp);

    public void LoadMem() => Il.Emit(OpCodes.Ldarg_S, Mem);

    public void StoreMem() => Il.Emit(OpCodes.Starg_S, Mem);

    public void LoadMemSize() => Il.Emit(OpCodes.Ldarg_S, MemSize);

    public void StoreMemSize() => Il.Emit(OpCodes.Starg_S, MemSize);

    public void LoadMachine() => Il.Emit(OpCodes.Ldarg_S, MachineArgument);

    public void LoadMachineField(FieldInfo field)
    {
        LoadMachine();
        Il.Emit(OpCodes.Ldfld, field);
    }

    /// <summary>Pushes the address of an operand of the instruction.</summary>
    public void OperandAddress(int offset)
    {
        LoadIp();
        AddConstant(offset);
    }

    /// <summary>Pushes a 32-bit operand of the instruction, sign-extended to an address-sized integer.</summary>
    public void Operand(int offset)
    {
        OperandAddress(offset);
        Il.Emit(OpCodes.Ldind_I4);
        Il.Emit(OpCodes.Conv_I);
    }

    /// <summary>Pushes the 64-bit operand of the instruction.</summary>
    public void WideOperand()
    {
        OperandAddress(Instruction.OffsetOfWide);
        Il.Emit(OpCodes.Ldind_I8);
    }

    /// <summary>Pushes the address of the bytes that belong to the instruction, at the distance that D says.</summary>
    public void PoolAddress()
    {
        LoadIp();
        Operand(Instruction.OffsetOfD);
        Il.Emit(OpCodes.Add);
    }

    /// <summary>Pushes the address of the register that an operand names.</summary>
    public void RegisterAddress(int operandOffset)
    {
        LoadFp();
        OperandAddress(operandOffset);
        Il.Emit(OpCodes.Ldind_U4);
        Il.Emit(OpCodes.Conv_U);
        Il.Emit(OpCodes.Add);
    }

    /// <summary>Pushes the value of the register that an operand names.</summary>
    public void Register(int operandOffset, Type type)
    {
        RegisterAddress(operandOffset);
        LoadIndirect(type);
    }

    public void AddConstant(int value)
    {
        Il.Emit(OpCodes.Ldc_I4, value);
        Il.Emit(OpCodes.Conv_I);
        Il.Emit(OpCodes.Add);
    }

    /// <summary>Replaces an address by the value there.</summary>
    public void LoadIndirect(Type type)
    {
        if (type == typeof(int))
        {
            Il.Emit(OpCodes.Ldind_I4);
        }
        else if (type == typeof(uint))
        {
            Il.Emit(OpCodes.Ldind_U4);
        }
        else if (type == typeof(float))
        {
            Il.Emit(OpCodes.Ldind_R4);
        }
        else if (type == typeof(double))
        {
            Il.Emit(OpCodes.Ldind_R8);
        }
        else if (IsVector(type))
        {
            Il.Emit(OpCodes.Unaligned, (byte)1);
            Il.Emit(OpCodes.Ldobj, type);
        }
        else
        {
            Il.Emit(OpCodes.Ldind_I8);
        }
    }

    /// <summary>
    /// With an address and a value on the stack: writes all 8 bytes of the slot, so that a later read of the whole slot never
    /// waits for a shorter write, and frames are the same on every engine. A vector takes two slots.
    /// </summary>
    public void StoreSlot(Type type)
    {
        if (IsVector(type))
        {
            Il.Emit(OpCodes.Unaligned, (byte)1);
            Il.Emit(OpCodes.Stobj, type);
            return;
        }

        if (type == typeof(double))
        {
            Il.Emit(OpCodes.Stind_R8);
            return;
        }

        if (type == typeof(float))
        {
            Il.Emit(OpCodes.Call, typeof(BitConverter).GetMethod(nameof(BitConverter.SingleToUInt32Bits), [typeof(float)])!);
        }

        if (type != typeof(long) && type != typeof(ulong))
        {
            Il.Emit(OpCodes.Conv_U8);
        }

        Il.Emit(OpCodes.Stind_I8);
    }

    /// <summary>Goes on with the instruction behind this one, or further on.</summary>
    public void Next(int distance = 1)
    {
        LoadIp();
        AddConstant(distance * Instruction.Bytes);
        StoreIp();
        Dispatch();
    }

    /// <summary>Goes on with the instruction at ip.</summary>
    public void Dispatch()
    {
        LoadRegisters();
        LoadIp();
        Il.Emit(OpCodes.Ldind_I);
        TailCall();
    }

    /// <summary>Goes on in another handler, with the same registers.</summary>
    public void TailCall(nint handler)
    {
        LoadRegisters();
        Il.Emit(OpCodes.Ldc_I8, (long)handler);
        Il.Emit(OpCodes.Conv_I);
        TailCall();
    }

    private static bool IsVector(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Vector128<>);

    private void LoadRegisters()
    {
        LoadIp();
        LoadFp();
        LoadMem();
        LoadMemSize();
        LoadMachine();
    }

    private void TailCall()
    {
        Il.Emit(OpCodes.Tailcall);
        Il.EmitCalli(
            OpCodes.Calli,
            CallingConventions.Standard,
            typeof(void),
            [typeof(nint), typeof(nint), typeof(nint), typeof(ulong), typeof(Machine)],
            null);
        Ret();
    }
}

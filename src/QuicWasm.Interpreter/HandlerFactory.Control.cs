using System.Reflection;
using System.Reflection.Emit;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

// Jumps, calls, returns, and the way to managed operations.
internal static partial class HandlerFactory
{
    private static void EmitJump(HandlerEmitter il, HandlerKey key)
    {
        Label notTaken = il.Il.DefineLabel();
        if (key.Form != HandlerForm.Jump)
        {
            EmitCondition(il, key);
            il.Il.Emit(key.IsNegated ? OpCodes.Brtrue : OpCodes.Brfalse, notTaken);
        }

        il.LoadIp();
        il.Operand(Instruction.OffsetOfC);
        il.Il.Emit(OpCodes.Add);
        il.StoreIp();
        if (key.IsBackward)
        {
            EmitPoll(il);
        }

        il.Dispatch();
        il.Il.MarkLabel(notTaken);
        if (key.Form != HandlerForm.Jump)
        {
            il.Next();
        }
    }

    private static void EmitCondition(HandlerEmitter il, HandlerKey key)
    {
        if (key.Form == HandlerForm.Branch)
        {
            il.Register(Instruction.OffsetOfA, typeof(int));
            return;
        }

        MethodInfo semantics = OpcodeSemantics.Find((Opcode)key.Operation)!;
        Type type = semantics.GetParameters()[0].ParameterType;
        il.Register(Instruction.OffsetOfA, type);
        if (key.Form == HandlerForm.CompareBranch)
        {
            il.Register(Instruction.OffsetOfB, type);
        }
        else
        {
            il.OperandAddress(Instruction.OffsetOfB);
            il.Il.Emit(OpCodes.Ldind_I4);
            if (type == typeof(long) || type == typeof(ulong))
            {
                il.Il.Emit(OpCodes.Conv_I8);
            }
        }

        il.Il.Emit(OpCodes.Call, semantics);
    }

    // The cell is read as volatile: another thread asks through it.
    private static void EmitPoll(HandlerEmitter il)
    {
        Label quiet = il.Il.DefineLabel();
        EmitPollCell(il);
        il.Il.Emit(OpCodes.Brfalse, quiet);
        il.TailCall(Handlers[SlowPath(ManagedOperation.Poll)]);
        il.Il.MarkLabel(quiet);
    }

    private static void EmitPollCell(HandlerEmitter il)
    {
        il.LoadMachineField(Field(nameof(Machine.PollCell)));
        il.Il.Emit(OpCodes.Volatile);
        il.Il.Emit(OpCodes.Ldind_I4);
    }

    private static void EmitBranchTable(HandlerEmitter il)
    {
        LocalBuilder index = il.Il.DeclareLocal(typeof(uint));
        Label inside = il.Il.DefineLabel();
        il.Register(Instruction.OffsetOfA, typeof(uint));
        il.Il.Emit(OpCodes.Stloc, index);
        il.Il.Emit(OpCodes.Ldloc, index);
        il.OperandAddress(Instruction.OffsetOfB);
        il.Il.Emit(OpCodes.Ldind_I4);
        il.Il.Emit(OpCodes.Blt_Un, inside);
        il.OperandAddress(Instruction.OffsetOfB);
        il.Il.Emit(OpCodes.Ldind_I4);
        il.Il.Emit(OpCodes.Stloc, index);
        il.Il.MarkLabel(inside);
        il.LoadIp();
        il.WideOperand();
        il.Il.Emit(OpCodes.Conv_I);
        il.Il.Emit(OpCodes.Ldloc, index);
        il.Il.Emit(OpCodes.Conv_U);
        il.Il.Emit(OpCodes.Ldc_I4_4);
        il.Il.Emit(OpCodes.Conv_I);
        il.Il.Emit(OpCodes.Mul);
        il.Il.Emit(OpCodes.Add);
        il.Il.Emit(OpCodes.Ldind_I4);
        il.Il.Emit(OpCodes.Conv_I);
        il.Il.Emit(OpCodes.Add);
        il.StoreIp();
        il.Dispatch();
    }

    // SAFETY: the entry lives as long as the engine; the new frame fits below the stack's limit, which the first test makes sure of.
    private static void EmitCall(HandlerEmitter il)
    {
        LocalBuilder entry = il.Il.DeclareLocal(typeof(nint));
        LocalBuilder frame = il.Il.DeclareLocal(typeof(nint));
        LocalBuilder link = il.Il.DeclareLocal(typeof(nint));
        Label slow = il.Il.DefineLabel();
        il.RegisterAddress(Instruction.OffsetOfA);
        il.Il.Emit(OpCodes.Stloc, frame);
        EmitEntryTest(il, entry, () => il.Il.Emit(OpCodes.Ldloc, frame), slow);
        EmitLinkAddress(il, entry, () => il.Il.Emit(OpCodes.Ldloc, frame), link);
        EmitLinkStore(il, link, nameof(FrameLink.ReturnAddress), () => il.OperandAddress(Instruction.Bytes));
        EmitLinkStore(il, link, nameof(FrameLink.Caller), il.LoadFp);
        EmitLinkStore(il, link, nameof(FrameLink.Function), () => il.Il.Emit(OpCodes.Ldloc, entry));
        EmitEntryField(il, entry, nameof(FunctionEntry.Code));
        il.StoreIp();
        il.Il.Emit(OpCodes.Ldloc, frame);
        il.StoreFp();
        il.Dispatch();
        il.Il.MarkLabel(slow);
        il.TailCall(Handlers[SlowPath(ManagedOperation.CallSlowly)]);
    }

    // The callee's frame begins where this one does: link and arguments are read before anything is written.
    private static void EmitTailCall(HandlerEmitter il)
    {
        LocalBuilder entry = il.Il.DeclareLocal(typeof(nint));
        LocalBuilder link = il.Il.DeclareLocal(typeof(nint));
        LocalBuilder address = il.Il.DeclareLocal(typeof(nint));
        LocalBuilder caller = il.Il.DeclareLocal(typeof(nint));
        Label slow = il.Il.DefineLabel();
        EmitEntryTest(il, entry, il.LoadFp, slow);
        EmitLinkLoad(il, nameof(FrameLink.ReturnAddress), address);
        EmitLinkLoad(il, nameof(FrameLink.Caller), caller);
        il.RegisterAddress(Instruction.OffsetOfA);
        il.LoadFp();
        EmitEntryField(il, entry, nameof(FunctionEntry.ParameterBytes));
        il.Il.Emit(OpCodes.Call, typeof(FrameOperations).GetMethod(nameof(FrameOperations.MoveArguments))!);
        EmitLinkAddress(il, entry, il.LoadFp, link);
        EmitLinkStore(il, link, nameof(FrameLink.ReturnAddress), () => il.Il.Emit(OpCodes.Ldloc, address));
        EmitLinkStore(il, link, nameof(FrameLink.Caller), () => il.Il.Emit(OpCodes.Ldloc, caller));
        EmitLinkStore(il, link, nameof(FrameLink.Function), () => il.Il.Emit(OpCodes.Ldloc, entry));
        EmitEntryField(il, entry, nameof(FunctionEntry.Code));
        il.StoreIp();
        il.Dispatch();
        il.Il.MarkLabel(slow);
        il.TailCall(Handlers[SlowPath(ManagedOperation.TailCallSlowly)]);
    }

    // Takes the entry from the instruction; goes to slow where its frame does not fit, it is not lowered, or the poll cell is set.
    private static void EmitEntryTest(HandlerEmitter il, LocalBuilder entry, Action loadFrame, Label slow)
    {
        il.WideOperand();
        il.Il.Emit(OpCodes.Conv_I);
        il.Il.Emit(OpCodes.Stloc, entry);
        loadFrame();
        EmitEntryField(il, entry, nameof(FunctionEntry.FrameBytes));
        il.Il.Emit(OpCodes.Add);
        il.LoadMachineField(Field(nameof(Machine.StackLimit)));
        il.Il.Emit(OpCodes.Bgt_Un, slow);
        EmitPollCell(il);
        il.Il.Emit(OpCodes.Brtrue, slow);
    }

    private static void EmitLinkAddress(HandlerEmitter il, LocalBuilder entry, Action loadFrame, LocalBuilder link)
    {
        loadFrame();
        EmitEntryField(il, entry, nameof(FunctionEntry.LinkOffset));
        il.Il.Emit(OpCodes.Add);
        il.Il.Emit(OpCodes.Stloc, link);
    }

    private static void EmitEntryField(HandlerEmitter il, LocalBuilder entry, string field)
    {
        il.Il.Emit(OpCodes.Ldloc, entry);
        il.Il.Emit(OpCodes.Ldfld, typeof(FunctionEntry).GetField(field)!);
        il.Il.Emit(OpCodes.Conv_I);
    }

    private static void EmitLinkStore(HandlerEmitter il, LocalBuilder link, string field, Action value)
    {
        il.Il.Emit(OpCodes.Ldloc, link);
        value();
        il.Il.Emit(OpCodes.Stfld, typeof(FrameLink).GetField(field)!);
    }

    // The results may lie over the link, so that is read first.
    private static void EmitReturn(HandlerEmitter il, HandlerKey key)
    {
        LocalBuilder address = il.Il.DeclareLocal(typeof(nint));
        LocalBuilder caller = il.Il.DeclareLocal(typeof(nint));
        EmitLinkLoad(il, nameof(FrameLink.ReturnAddress), address);
        EmitLinkLoad(il, nameof(FrameLink.Caller), caller);
        if (key.Form == HandlerForm.ReturnOne)
        {
            Type value = SlotsType(key);
            il.LoadFp();
            il.Register(Instruction.OffsetOfA, value);
            il.StoreSlot(value);
        }
        else if (key.Form == HandlerForm.ReturnMany)
        {
            il.RegisterAddress(Instruction.OffsetOfA);
            il.LoadFp();
            il.Operand(Instruction.OffsetOfC);
            il.Il.Emit(OpCodes.Call, typeof(FrameOperations).GetMethod(nameof(FrameOperations.MoveResults))!);
        }

        il.Il.Emit(OpCodes.Ldloc, address);
        il.StoreIp();
        il.Il.Emit(OpCodes.Ldloc, caller);
        il.StoreFp();
        il.Dispatch();
    }

    private static void EmitLinkLoad(HandlerEmitter il, string field, LocalBuilder destination)
    {
        il.RegisterAddress(Instruction.OffsetOfB);
        il.Il.Emit(OpCodes.Ldfld, typeof(FrameLink).GetField(field)!);
        il.Il.Emit(OpCodes.Conv_I);
        il.Il.Emit(OpCodes.Stloc, destination);
    }

    private static void EmitManaged(HandlerEmitter il, ManagedOperation operation)
    {
        Label goOn = il.Il.DefineLabel();
        EmitWhere(il);
        il.LoadIp();
        il.LoadMachine();
        il.Il.Emit(OpCodes.Call, typeof(ManagedOperations).GetMethod(operation.ToString())!);
        il.StoreIp();
        il.LoadIp();
        il.Il.Emit(OpCodes.Brtrue, goOn);
        il.Return();
        il.Il.MarkLabel(goOn);
        il.LoadMachineField(Field(nameof(Machine.FramePointer)));
        il.StoreFp();
        EmitReloadMemory(il);
        il.Dispatch();
    }
}

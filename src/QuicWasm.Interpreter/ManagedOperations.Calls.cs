using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

// Calls that leave the fast path, and safe points.
// SAFETY: instructions and registers are what the Lowerer made of validated code; a frame is entered only where it fits below the limit.
internal static unsafe partial class ManagedOperations
{
    public static Instruction* Poll(Instruction* ip, Machine machine) =>
        machine.IsAskedToSuspend(ip) ? machine.SuspendAt(ip) : machine.Engine.HasTier ? TierOperations.Continue(ip, machine) : ip;

    public static Instruction* CallSlowly(Instruction* ip, Machine machine) =>
        Enter(machine, (FunctionEntry*)ip->Wide, machine.FramePointer + ip->A, ip + 1);

    public static Instruction* CallImport(Instruction* ip, Machine machine) =>
        Enter(machine, (FunctionEntry*)ip->Wide, machine.FramePointer + ip->A, ip + 1);

    public static Instruction* CallHost(Instruction* ip, Machine machine) =>
        CallHost(ip, machine, machine.Store.Functions[(int)ip->Wide], machine.Store.Modules[ip->B], ip + 1, isTail: false);

    public static Instruction* TailCallHost(Instruction* ip, Machine machine) =>
        CallHost(ip, machine, machine.Store.Functions[(int)ip->Wide], machine.Store.Modules[ip->B], ip + 1, isTail: true);

    public static Instruction* CallIndirect(Instruction* ip, Machine machine) => Call(ip, machine, IndirectCallee(ip, machine));

    public static Instruction* CallReference(Instruction* ip, Machine machine) => Call(ip, machine, ReferredCallee(ip, machine));

    private static Instruction* Call(Instruction* ip, Machine machine, FunctionEntry* entry)
    {
        FunctionInstance function = machine.Store.Functions[entry->Address];
        if (function.Host is not null)
        {
            return CallHost(ip, machine, function, machine.Engine.LoweredAt(ip).Function.Module!, ip + 2, isTail: false);
        }

        Instruction* returnAddress = entry->Memory == machine.Memory ? ip + 2 : ip + 1;
        return Enter(machine, entry, machine.FramePointer + ip->A, returnAddress);
    }

    public static Instruction* TailCallSlowly(Instruction* ip, Machine machine) =>
        EnterInstead(machine, (FunctionEntry*)ip->Wide, ip->A, ip->B);

    public static Instruction* TailCallImport(Instruction* ip, Machine machine) =>
        EnterInstead(machine, (FunctionEntry*)ip->Wide, ip->A, ip->B);

    public static Instruction* TailCallIndirect(Instruction* ip, Machine machine) => TailCall(ip, machine, IndirectCallee(ip, machine));

    public static Instruction* TailCallReference(Instruction* ip, Machine machine) => TailCall(ip, machine, ReferredCallee(ip, machine));

    // A function of the host leaves its results for the return behind, whose B is the link.
    private static Instruction* TailCall(Instruction* ip, Machine machine, FunctionEntry* entry)
    {
        FunctionInstance function = machine.Store.Functions[entry->Address];
        return function.Host is not null
            ? CallHost(ip, machine, function, machine.Engine.LoweredAt(ip).Function.Module!, ip + 1, isTail: true)
            : EnterInstead(machine, entry, ip->A, ip[1].B);
    }

    // Whatever can trap comes first, while the caller's frame is whole.
    private static Instruction* EnterInstead(Machine machine, FunctionEntry* entry, int arguments, int linkOffset)
    {
        byte* frame = machine.FramePointer;
        if (!IsReady(machine, entry))
        {
            FrameLink returning = *(FrameLink*)(frame + linkOffset);
            FrameOperations.MoveArguments((nint)(frame + arguments), (nint)frame, (nint)entry->ParameterBytes);
            machine.LeaveTo(returning);
            return TierOperations.Call(machine, entry, frame, returning.ReturnAddress);
        }

        if (frame + entry->FrameBytes > machine.StackLimit)
        {
            throw new TrapException(TrapKind.CallStackExhausted);
        }

        FrameLink link = *(FrameLink*)(frame + linkOffset);
        if (entry->Memory != machine.Memory)
        {
            link.ReturnAddress = machine.Engine.MemoryReturns.Through(link.ReturnAddress);
        }

        FrameOperations.MoveArguments((nint)(frame + arguments), (nint)frame, (nint)entry->ParameterBytes);
        machine.LeaveTo(link);
        return Enter(machine, entry, frame, link.ReturnAddress);
    }

    private static FunctionEntry* IndirectCallee(Instruction* ip, Machine machine)
    {
        TableInstance table = machine.Store.Tables[ip->C];
        ulong index = Address(table, machine[ip->B]);
        ulong[] elements = table.Elements;
        ulong reference = table.IsPresent && index < (ulong)elements.Length ? elements[index] : Reference.Absent;
        if (reference - 1 >= (ulong)machine.Store.Functions.Count)
        {
            reference = Element(table, index);
        }

        return CalleeOfType(ip, machine, reference);
    }

    private static FunctionEntry* ReferredCallee(Instruction* ip, Machine machine)
    {
        ulong reference = machine[ip->B];
        return reference != Reference.Null ? CalleeOfType(ip, machine, reference) : throw new TrapException(TrapKind.NullFunctionReference);
    }

    // Validation knows the type of a typed reference, but one that came from the host is not to be trusted.
    private static FunctionEntry* CalleeOfType(Instruction* ip, Machine machine, ulong reference)
    {
        FunctionEntry* entry = machine.Engine.EntryAt(Reference.FunctionAddress(reference));
        if (entry->TypeNumber != ip->D)
        {
            throw new TrapException(TrapKind.IndirectCallTypeMismatch);
        }

        return entry;
    }

    /// <summary>
    /// Makes the callee's frame and gives its first instruction, or null where the callee is suspended at its entry.
    /// </summary>
    public static Instruction* Enter(Machine machine, FunctionEntry* entry, byte* frame, Instruction* returnAddress)
    {
        if (!IsReady(machine, entry))
        {
            return TierOperations.Call(machine, entry, frame, returnAddress);
        }

        if (frame + entry->FrameBytes > machine.StackLimit)
        {
            throw new TrapException(TrapKind.CallStackExhausted);
        }

        var link = (FrameLink*)(frame + entry->LinkOffset);
        link->ReturnAddress = returnAddress;
        link->Caller = machine.FramePointer;
        link->Function = entry;
        machine.MoveTo(entry->Code, frame);
        machine.Memory = entry->Memory;
        if (Volatile.Read(ref *machine.PollCell) != 0 && machine.IsAskedToSuspend(entry->Code))
        {
            machine.Engine.ZeroLocals(entry, frame);
            return machine.SuspendAt(entry->Code);
        }

        return entry->Code;
    }

    // Whether the interpreter itself runs the function, whose code is lowered then.
    private static bool IsReady(Machine machine, FunctionEntry* entry)
    {
        if (entry->FrameBytes == FunctionEntry.NotLowered && !entry->IsHandedOver)
        {
            machine.Engine.LowerOrHandOver(entry);
        }

        return !entry->IsHandedOver;
    }

    private static ulong Element(TableInstance table, ulong index)
    {
        if (index >= (ulong)table.Length)
        {
            throw new TrapException(TrapKind.UndefinedElement);
        }

        ulong reference = table.Get(index);
        return reference != Reference.Null ? reference : throw new TrapException(TrapKind.UninitializedElement);
    }

    private static Instruction* CallHost(
        Instruction* ip, Machine machine, FunctionInstance function, ModuleInstance caller, Instruction* next, bool isTail)
    {
        // Whoever was suspended here goes on with the call itself, so that every resume gets further.
        if (ip == machine.ResumedAt)
        {
            machine.ResumedAt = null;
        }
        else if (Volatile.Read(ref *machine.PollCell) != 0 && machine.IsAskedToSuspend(ip))
        {
            return machine.SuspendAt(ip);
        }

        byte* arguments = machine.FramePointer + ip->A;
        int resultSlots = function.Type.ResultSlots;
        Span<ulong> results = stackalloc ulong[resultSlots];
        try
        {
            while (machine.Engine.CallHost(function, caller, arguments, results) == HostOutcome.Interrupted)
            {
                if (machine.Context.Interruption.IsRequested)
                {
                    return machine.SuspendAt(ip);
                }
            }
        }
        catch (TrapException trap) when (trap.Thrown is not null)
        {
            return Unwind(ip, machine, trap.Thrown, isTail, trap.Trace);
        }

        results.CopyTo(new Span<ulong>(arguments, resultSlots));
        return next;
    }
}

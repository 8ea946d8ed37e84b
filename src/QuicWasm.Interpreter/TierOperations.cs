using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

/// <summary>Functions and loops that the faster tier runs, called from the interpreter's frames.</summary>
// SAFETY: a callee's frame begins with its arguments, and ends with its results, at the top of the caller's frame, which was checked against
// the stack's end with room for both; a running frame is as its lowered code made it.
internal static unsafe class TierOperations
{
    /// <summary>Calls a function that was handed over; its arguments are at <paramref name="frame"/>, where its results go.</summary>
    public static Instruction* Call(Machine machine, FunctionEntry* entry, byte* frame, Instruction* returnAddress)
    {
        InterpreterEngine engine = machine.Engine;
        FunctionInstance function = machine.Store.Functions[entry->Address];
        int parameters = function.Type.ParameterSlots;
        int results = function.Type.ResultSlots;
        byte* top = frame + (Math.Max(parameters, results) * 8);
        if (top > machine.StackLimit)
        {
            throw new TrapException(TrapKind.CallStackExhausted);
        }

        ExecutionOutcome outcome;
        try
        {
            outcome = CallOutside(engine, function, frame, top);
        }
        catch (TrapException trap) when (trap.Thrown is not null && !engine.IsExit(returnAddress))
        {
            return Catch(machine, trap, returnAddress);
        }

        return After(machine, outcome, returnAddress);
    }

    /// <summary>At a loop header: lets the tier go on with the frame, if it takes the loop; else gives the instruction.</summary>
    public static Instruction* Continue(Instruction* ip, Machine machine)
    {
        InterpreterEngine engine = machine.Engine;
        LoweredFunction lowered = engine.LoweredAt(ip);
        CodePoint point = lowered.LoopAt(ip);
        if (!engine.Tier.TakesLoop(lowered.Function, point.Pc))
        {
            return ip;
        }

        byte* frame = machine.FramePointer;
        FrameLink link = *(FrameLink*)(frame + (lowered.LocalSlots * 8));
        int resultSlots = lowered.Function.Type.ResultSlots;
        Span<ulong> results = stackalloc ulong[resultSlots];
        ExecutionOutcome outcome;
        try
        {
            outcome = ContinueOutside(engine, lowered, point, frame, results);
        }
        catch (TrapException trap) when (trap.Thrown is not null && !engine.IsExit(link.ReturnAddress))
        {
            machine.LeaveTo(link);
            return Catch(machine, trap, link.ReturnAddress);
        }

        machine.LeaveTo(link);
        if (!outcome.IsSuspended)
        {
            results.CopyTo(new Span<ulong>(frame, resultSlots));
        }

        return After(machine, outcome, link.ReturnAddress);
    }

    // Finally, and not catch: what is caught and thrown again at every level uses stack at every level.
    private static ExecutionOutcome CallOutside(InterpreterEngine engine, FunctionInstance function, byte* frame, byte* top)
    {
        OuterState outer;
        engine.EnterOutside(top, &outer);
        try
        {
            return engine.Tier.Call(
                function, new ReadOnlySpan<ulong>(frame, function.Type.ParameterSlots), new Span<ulong>(frame, function.Type.ResultSlots));
        }
        finally
        {
            engine.LeaveOutside(outer);
        }
    }

    private static ExecutionOutcome ContinueOutside(
        InterpreterEngine engine, LoweredFunction lowered, CodePoint point, byte* frame, Span<ulong> results)
    {
        OuterState outer;
        engine.EnterOutside(frame + Math.Max(lowered.FrameBytes, results.Length * 8), &outer);
        try
        {
            return engine.Tier.Continue(
                lowered.Function,
                point.Pc,
                new ReadOnlySpan<ulong>(frame, lowered.LocalSlots),
                new ReadOnlySpan<ulong>(frame + lowered.OperandOffset, point.OperandSlots),
                results);
        }
        finally
        {
            engine.LeaveOutside(outer);
        }
    }

    // An exception that the tier's code let through; the call that led there stands before the address that it returns to.
    private static Instruction* Catch(Machine machine, TrapException trap, Instruction* returnAddress) =>
        ManagedOperations.Unwind(machine.Engine.MemoryReturns.Target(returnAddress) - 1, machine, trap.Thrown!, isTail: false, trap.Trace);

    private static Instruction* After(Machine machine, ExecutionOutcome outcome, Instruction* returnAddress)
    {
        if (!outcome.IsSuspended)
        {
            return returnAddress;
        }

        machine.SuspendedAbove = outcome.Stack;
        return machine.SuspendAt(returnAddress);
    }
}

using System.Collections.Immutable;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

/// <summary>Copies frames between the interpreter's stack and the engine-neutral format.</summary>
// SAFETY: frames lie between the base and the limit of the stack; their extents come from the lowered code that made them, or,
// in Restore, are checked against the limit here and against the function by StackVerifier before.
internal static unsafe class StackCopier
{
    /// <summary>The frames of the suspended computation.</summary>
    public static CallStack Capture(InterpreterEngine engine, Machine machine)
    {
        ImmutableArray<Frame>.Builder frames = ImmutableArray.CreateBuilder<Frame>();
        Instruction* instruction = engine.MemoryReturns.Target(machine.SuspendedAt);
        byte* frame = machine.FramePointer;
        if (machine.SuspendedAbove is { } above)
        {
            frames.AddRange(above.Frames.Reverse());
        }

        for (bool isReturn = machine.SuspendedAbove is not null; !engine.IsExit(instruction); isReturn = true)
        {
            LoweredFunction function = engine.LoweredAt(instruction);
            CodePoint point = function.PointAt(instruction, isReturn);
            frames.Add(new Frame(
                function.Function.Address,
                point.Pc,
                [.. new ReadOnlySpan<ulong>(frame, function.LocalSlots)],
                [.. new ReadOnlySpan<ulong>(frame + function.OperandOffset, point.OperandSlots)]));
            var link = (FrameLink*)(frame + (function.LocalSlots * 8));
            instruction = engine.MemoryReturns.Target(link->ReturnAddress);
            frame = link->Caller;
        }

        frames.Reverse();
        return new CallStack(frames.ToImmutable());
    }

    /// <summary>Lays the frames out from <paramref name="frame"/> on; gives the instruction to go on with.</summary>
    public static Instruction* Restore(InterpreterEngine engine, Machine machine, CallStack stack, byte* frame, Instruction* exit)
    {
        Instruction* next = exit;
        FunctionEntry* callerEntry = null;
        byte* caller = null;
        for (int i = 0; i < stack.Frames.Length; i++)
        {
            Frame source = stack.Frames[i];
            bool isTop = i == stack.Frames.Length - 1;
            LoweredFunction function = engine.LoweredAt(source.FunctionAddress);
            FunctionEntry* entry = engine.EntryAt(source.FunctionAddress);
            CodePoint point = function.PointOf(source.Pc, isReturn: !isTop)
                ?? throw new StackException($"frame {i} of the captured stack: pc {source.Pc} is no resume point of {function.Function.DisplayName}");
            if (frame + function.FrameBytes > machine.StackLimit)
            {
                throw new TrapException(TrapKind.CallStackExhausted, "the captured stack is deeper than this runtime allows");
            }

            source.Locals.CopyTo(new Span<ulong>(frame, function.LocalSlots));
            source.Operands.CopyTo(new Span<ulong>(frame + function.OperandOffset, source.Operands.Length));
            var link = (FrameLink*)(frame + (function.LocalSlots * 8));
            link->ReturnAddress = callerEntry == null || callerEntry->Memory == entry->Memory ? next : engine.MemoryReturns.Through(next);
            link->Caller = caller;
            link->Function = entry;
            next = function.Code + point.Index;
            machine.MoveTo(next, frame);
            machine.Memory = entry->Memory;
            caller = frame;
            callerEntry = entry;
            frame += function.OperandOffset + (source.Operands.Length * 8);
        }

        return next;
    }

    /// <summary>The innermost frames at a trap, for people.</summary>
    public static ImmutableArray<TraceFrame> Trace(InterpreterEngine engine, Instruction* instruction, byte* frame)
    {
        ImmutableArray<TraceFrame>.Builder trace = ImmutableArray.CreateBuilder<TraceFrame>();
        while (instruction != null && frame != null && !engine.IsExit(instruction) && trace.Count < TrapException.TraceLimit)
        {
            LoweredFunction function = engine.LoweredAt(instruction);
            trace.Add(new TraceFrame(function.Function.DisplayName, function.PcNear(instruction)));
            var link = (FrameLink*)(frame + (function.LocalSlots * 8));
            instruction = engine.MemoryReturns.Target(link->ReturnAddress);
            frame = link->Caller;
        }

        return trace.ToImmutable();
    }
}

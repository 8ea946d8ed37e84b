using System.Collections.Immutable;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

// Exceptions: the frames are searched from the innermost on, and nothing is changed before a clause is found.
// SAFETY: frames and links are those that calls made; a clause lies in its function's code, and what it takes in its frame.
internal static unsafe partial class ManagedOperations
{
    public static Instruction* Throw(Instruction* ip, Machine machine)
    {
        TagInstance tag = machine.Store.Tags[(int)ip->Wide];
        ImmutableArray<ulong> fields = [.. new ReadOnlySpan<ulong>(machine.FramePointer + ip->A, tag.Type.ParameterSlots)];
        return Unwind(ip, machine, new ExceptionInstance(tag, fields), isTail: false);
    }

    public static Instruction* ThrowReference(Instruction* ip, Machine machine)
    {
        ulong reference = machine[ip->A];
        if (reference == Reference.Null)
        {
            throw new TrapException(TrapKind.NullExceptionReference);
        }

        return machine.Store.Exceptions.TryGet(reference, out ExceptionInstance? exception)
            ? Unwind(ip, machine, exception, isTail: false)
            : throw new TrapException(TrapKind.HostError, $"a reference to the exception {reference}, which the Store does not have");
    }

    // In tail position, the frame counts as gone already. What the exception has left outside of the interpreter is its trace so far.
    internal static Instruction* Unwind(Instruction* at, Machine machine, ExceptionInstance exception, bool isTail, ImmutableArray<TraceFrame> trace = default)
    {
        byte* frame = machine.FramePointer;
        for (bool isGone = isTail; ; isGone = false)
        {
            LoweredFunction function = machine.Engine.LoweredAt(at);
            if (!isGone && function.FindClause(at, exception.Tag) is { } clause)
            {
                return Catch(machine, exception, function, clause, frame);
            }

            var link = (FrameLink*)(frame + (function.LocalSlots * 8));
            Instruction* returnAddress = machine.Engine.MemoryReturns.Target(link->ReturnAddress);
            if (machine.Engine.IsExit(returnAddress))
            {
                throw new TrapException(exception, trace);
            }

            // The call stands before the address that it returns to.
            at = returnAddress - 1;
            frame = link->Caller;
        }
    }

    private static Instruction* Catch(Machine machine, ExceptionInstance exception, LoweredFunction function, CatchCode clause, byte* frame)
    {
        FunctionEntry* entry = ((FrameLink*)(frame + (function.LocalSlots * 8)))->Function;
        var values = (ulong*)(frame + clause.Offset);
        int fieldCount = clause.Tag is null ? 0 : exception.Fields.Length;
        exception.Fields.AsSpan(0, fieldCount).CopyTo(new Span<ulong>(values, fieldCount));
        if (clause.HasReference)
        {
            var slots = new ReadOnlySpan<ulong>(machine.StackBase, (int)((frame + entry->FrameBytes - machine.StackBase) / 8));
            values[fieldCount] = machine.Store.Exceptions.ReferenceTo(exception, slots);
        }

        machine.MoveTo(function.Code + clause.Index, frame);
        machine.Memory = entry->Memory;
        return machine.InstructionPointer;
    }
}

using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

// The faster tier, if there is one.
// SAFETY: frames are walked by their links, which calls and StackCopier have written.
public sealed unsafe partial class InterpreterEngine
{
    private const int SampleDepth = 8;
    private ITier? _tier;
    private OuterState* _outside;

    /// <summary>Whether there is a faster tier.</summary>
    internal bool HasTier => _tier is not null;

    /// <summary>The faster tier.</summary>
    internal ITier Tier => _tier!;

    /// <inheritdoc/>
    public void Attach(ITier tier) => _tier = tier;

    /// <inheritdoc/>
    public void HandOver(FunctionInstance function)
    {
        FunctionEntry* entry = EntryOf(function);
        entry->IsHandedOver = true;
        entry->FrameBytes = FunctionEntry.NotLowered;
    }

    /// <summary>At the first call of a function.</summary>
    internal void LowerOrHandOver(FunctionEntry* entry)
    {
        if (_tier is { } tier && tier.Takes(Context.Store.Functions[entry->Address]))
        {
            HandOver(Context.Store.Functions[entry->Address]);
        }
        else
        {
            Lower(entry);
        }
    }

    /// <summary>Shows the tier what runs: the function of the instruction, and its callers.</summary>
    internal void ShowSample(Instruction* instruction)
    {
        if (_tier is null)
        {
            return;
        }

        Span<int> stack = stackalloc int[SampleDepth];
        int count = 0;
        byte* frame = _machine.FramePointer;
        while (frame != null && count < SampleDepth && !IsExit(instruction))
        {
            LoweredFunction function = LoweredAt(instruction);
            stack[count++] = function.Function.Address;
            var link = (FrameLink*)(frame + (function.LocalSlots * 8));
            instruction = MemoryReturns.Target(link->ReturnAddress);
            frame = link->Caller;
        }

        _tier.OnSample(stack[..count]);
    }

    /// <summary>Before a call of something outside, which may call the interpreter again: that then runs above <paramref name="top"/>.</summary>
    /// <param name="top">The first byte that is free.</param>
    /// <param name="outer">Where to keep the state until <see cref="LeaveOutside"/>.</param>
    internal void EnterOutside(byte* top, OuterState* outer)
    {
        *outer = new OuterState
        {
            Next = _outside,
            Base = _base,
            FramePointer = _machine.FramePointer,
            InstructionPointer = _machine.InstructionPointer,
            Memory = _machine.Memory,
        };
        _outside = outer;
        _base = top;
    }

    /// <summary>After the call.</summary>
    internal void LeaveOutside(in OuterState outer)
    {
        _outside = outer.Next;
        _base = outer.Base;
        _machine.FramePointer = outer.FramePointer;
        _machine.InstructionPointer = outer.InstructionPointer;
        _machine.Memory = outer.Memory;
    }

    // Always true. It is a filter's work, done before the stack is unwound: to catch and throw again at every level would use stack at every level.
    // So the machine may be where a later run has brought it, and this run is where it called outside.
    private bool Trace(TrapException trap, OuterState* before)
    {
        if (trap.Trace.Length < TrapException.TraceLimit)
        {
            var here = new OuterState { InstructionPointer = _machine.InstructionPointer, FramePointer = _machine.FramePointer };
            for (OuterState* state = _outside; state != before; state = state->Next)
            {
                here = *state;
            }

            trap.Extend(StackCopier.Trace(this, here.InstructionPointer, here.FramePointer));
        }

        return true;
    }
}
